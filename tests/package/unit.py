"""Starts and stops a service as its systemd unit says, without systemd: its user, its folders, its command, and the
messages of sd_notify(3).

Usage: unit.py start UNIT TREE PID_FILE    in the tree TREE; returns when the service says that it is ready
       unit.py stop PID_FILE               returns when it has ended, with what its end should say
"""

import configparser
import os
import select
import signal
import socket
import sys

PATIENCE_S = 30


def read_unit(path):
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(path)
    return unit["Service"]


def user_of(tree, name):
    with open(os.path.join(tree, "etc/passwd"), encoding="utf-8") as file:
        for line in file:
            fields = line.split(":")
            if fields[0] == name:
                return int(fields[2]), int(fields[3])
    raise SystemExit(f"there is no user {name} in the tree")


def become(service, tree, address):
    user, group = user_of(tree, service["User"])
    os.chroot(tree)
    os.chdir("/")
    runtime = os.path.join("/run", service["RuntimeDirectory"])
    os.makedirs(runtime, exist_ok=True)
    os.chown(runtime, user, group)
    os.umask(int(service["UMask"], 8))
    os.setgroups([group])
    os.setgid(group)
    os.setuid(user)
    os.setsid()
    command = service["ExecStart"].split()
    os.execve(command[0], command, {"NOTIFY_SOCKET": address, "PATH": "/usr/bin:/bin"})


def start(unit, tree, pid_file):
    service = read_unit(unit)
    address = "\0bulletin-unit-" + str(os.getpid())  # an abstract one: it needs no path in the tree
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(address)
    listener.settimeout(PATIENCE_S)
    child = os.fork()
    if child == 0:
        become(service, tree, "@" + address[1:])
    with open(pid_file, "w", encoding="utf-8") as file:
        file.write(str(child))
    said = listener.recv(4096).decode()
    if "READY=1" not in said:
        raise SystemExit(f"the service should be ready, and says {said!r}")
    print(said.splitlines()[-1], flush=True)


def stop(pid_file):
    with open(pid_file, encoding="utf-8") as file:
        pid = int(file.read())
    service = os.pidfd_open(pid)
    os.kill(pid, signal.SIGTERM)
    if not select.select([service], [], [], PATIENCE_S)[0]:
        raise SystemExit("the service has not ended")
    os.remove(pid_file)


if __name__ == "__main__":
    {"start": start, "stop": stop}[sys.argv[1]](*sys.argv[2:])
