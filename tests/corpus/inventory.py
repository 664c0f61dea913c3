"""Keeps the stock of a small shop and says what has to be ordered."""

from __future__ import annotations

import csv
import sys
from dataclasses import dataclass, field
from pathlib import Path

LOW = 5
FULL = 40


@dataclass
class Item:
    """One thing that is sold, and how many of it are there."""

    name: str
    price: int
    count: int = 0
    tags: list[str] = field(default_factory=list)

    def value(self) -> int:
        """What all pieces together are worth, in cents."""
        return self.price * self.count

    def is_low(self) -> bool:
        return self.count <= LOW

    def missing(self) -> int:
        if self.count >= FULL:
            return 0
        return FULL - self.count


class Stock:
    def __init__(self) -> None:
        self.items: dict[str, Item] = {}

    def add(self, item: Item) -> None:
        if item.name in self.items:
            raise ValueError(f"{item.name} is there already")
        self.items[item.name] = item

    def take(self, name: str, count: int = 1) -> Item:
        item = self.items[name]
        if item.count < count:
            raise ValueError(f"only {item.count} of {name} left")
        item.count -= count
        return item

    def put(self, name: str, count: int = 1) -> Item:
        item = self.items[name]
        item.count += count
        return item

    def low(self) -> list[Item]:
        found = []
        for item in self.items.values():
            if item.is_low():
                found.append(item)
        found.sort(key=lambda item: item.count)
        return found

    def worth(self) -> int:
        total = 0
        for item in self.items.values():
            total += item.value()
        return total


def read(path: Path) -> Stock:
    stock = Stock()
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            tags = row.get("tags", "").split()
            item = Item(row["name"], int(row["price"]), int(row["count"]), tags)
            stock.add(item)
    return stock


def write(stock: Stock, path: Path) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "price", "count", "tags"])
        for item in stock.items.values():
            writer.writerow([item.name, item.price, item.count, " ".join(item.tags)])


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: inventory FILE", file=sys.stderr)
        return 2
    stock = read(Path(arguments[0]))
    for item in stock.low():
        print(f"{item.name}: {item.count} left, order {item.missing()}")
    print(f"worth {stock.worth() / 100:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
