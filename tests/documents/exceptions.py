"""How the commands of the documents are run, where it is not just so; tests/documents/commands.py reads this.

A command is run as it is printed, and has to end with status 0, unless a rule here says otherwise. Rules are regular
expressions that match the whole command; the first one decides.
"""

# Run from a fresh clone only (`.ci/run documents`): builds, which take minutes, and what needs them.
CLONE = [
    r"script/demo",
    r"cmake --install build/release",
    r"cmake --preset deb && cmake --build --preset deb && cpack --preset deb",
    r"g\+\+ -std=c\+\+20 first\.cpp \$\(pkg-config --cflags --libs bulletin\)",
]

# Never run here, and why.
NEVER = [
    (r"script/test", "`.ci/run test` is this command, from a fresh clone, too"),
    (r"cmake -S examples -B build/examples && cmake --build build/examples", "tests/package/run does it, where the examples are installed"),
    (r"\.ci/run fuzz", "a step of its own, for long"),
    (r"script/bench.*|bulletin-bench .*", "measures for minutes; the test bench/runs tries the program"),
    (r"perf record .*", "needs the kernel's tracing"),
    (r"examples/multi_host/demo", "the test examples/multi_host is this command"),
    (r'test_store "make a golden folder"', "writes into the source tree, once for each format"),
    (r"apt install \./build/deb/.*", "tests/package/debian does it, in a Debian tree"),
    (r"(adduser --system|install (-D )?-m 0644|systemctl (daemon-reload|enable)).*", "makes a service of this host; tests/package/run tries the files, tests/package/service_steps the same unit from a package"),
    (r"systemctl edit bulletin-broker", "needs a terminal and an editor"),
    (r"systemctl (status|reload) bulletin-broker", "tests/package/service_steps does it, under a systemd of its own"),
]

# These go on until somebody ends them: the end of their section does, by SIGINT. They have to say something, unless they are silent.
STAYS = [
    r"(.*/)?bulletin( --?[a-z-]+ \S+)* (watch|top|ping)( (?!--count|--until)\S+)*",
    r"(.*/)?example-(publisher|viewer|robot|dashboard)",
    r"bulletin set .* --ephemeral",
]
SILENT = [r"(.*/)?example-publisher"]

# What the text leaves to the reader: words in capitals.
PLACEHOLDERS = {
    "HOST": "127.0.0.1",
    "FOLDER": "folder",
    "VERB": "get",
    "robot7:5570": "127.0.0.1:5570",
}

# (document, section, or "every section"): what the reader has done before, as the text says.
BEFORE = {
    ("docs/operations.md", "Looking at it"): [
        "bulletin set plant/robot speed 3.2",
        """bulletin set plant/robot pose '{"x": 1, "y": 2}'""",
        "bulletin set plant/robot joints '[1, 2]'",
        "bulletin set plant/robot ready true",
        "export EDITOR=true",
    ],
    ("bulletin(1)", "every section"): [
        "bulletin-broker --data board",
        """bulletin load plant/robot - <<< '{"speed": 4, "mode": "idle", "pose": {"x": 1}, "joints": [{"angle": 0.5}], "parts": 1,
          "energy": 2.5, "ready": true, "photo": {"$bytes": "aGk="}}'""",
        "echo '{}' > map.json; bulletin dump plant/robot > robot.json; bulletin dump --all > board.jsonl",
        "mkdir editors; ln -s /bin/true editors/nano; export EDITOR=true PATH=$PWD/editors:$PATH",
    ],
}
