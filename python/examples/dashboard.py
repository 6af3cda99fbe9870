"""An asyncio dashboard: one task writes, another shows every change.

With an endpoint as its argument it shows the namespace "dashboard" of that board, for ever.
"""

import asyncio
import sys

import bulletin


async def simulate(board: bulletin.Namespace) -> None:
    for second in range(5):
        await board.aset("temperature", 20.0 + second / 2)
        await board.aset("status", "warm" if second > 2 else "cold")
    await board.aset("done", True)


async def show(board: bulletin.Namespace) -> None:
    async for change in board.watch():
        print(f"{change.name:12} {change.value}")
        if change.name == "done":
            return


async def main() -> None:
    if len(sys.argv) > 1:
        await show(bulletin.Client(sys.argv[1]).open("dashboard"))
        return
    with bulletin.Manager() as manager:
        board = manager.open("dashboard")
        await asyncio.gather(show(board), simulate(board))


if __name__ == "__main__":
    asyncio.run(main())
