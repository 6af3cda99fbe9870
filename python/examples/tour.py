"""A tour of the native API, with a broker of its own."""

import bulletin


def main() -> None:
    with bulletin.Manager() as manager:
        robot = manager.make_namespace()
        robot.speed = 3.2
        robot.pose = {"x": 1.0, "y": 2.0}
        print(robot.speed, robot.pose, robot.keys())

        speed = robot.attribute("speed", float)
        print("a typed handle:", speed() * 2)

        print("a counter of all processes:", robot.add("jobs", 1))
        value, revision = robot.read("speed") or (0.0, 0)
        print("set if nobody was first:", robot.compare_and_set("speed", revision, value + 1))

        with robot.transaction() as t:
            t.mode = "idle"
            t.speed = 0.0
        print(f"both at revision {t.result.revision}:", dict(robot.snapshot()))

        with robot.watch("speed") as changes:
            for i in range(3):
                robot.post("speed", float(i))
            robot.flush()
            for change in changes:
                print("change:", change.name, change.value)
                if change.value == 2.0:
                    break


if __name__ == "__main__":
    main()
