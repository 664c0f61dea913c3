"""Documents and answers to measure with: the same for the same name."""

import os
import random

WORDS = ("the of and to in is that for it as was with be by on not he his but at are this have from or had an they "
         "which one you were all her she there would their we him been has when who will no more if out so up said "
         "what its about than into them can only other time new some could these two may first then do any like").split()
SIZES = {"100k": 100_000, "1m": 1_000_000, "5m": 5_000_000, "10m": 10_000_000, "100m": 100_000_000, "1g": 1_000_000_000}


def some(rng, a, b):
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(a, b)))


def markdown(rng, n):
    k = rng.random()
    if k < .08:
        return f"\n{'#' * rng.randint(2, 4)} {n} {some(rng, 3, 7).title()}\n"
    if k < .25:
        return f"- item {n}: **{some(rng, 1, 2)}** {some(rng, 6, 12)}\n"
    if k < .30:
        return f"\n```rust\nlet x{n} = compute({n}, \"{some(rng, 1, 3)}\");\n```\n"
    if k < .35:
        return f"| {n} | {some(rng, 2, 3)} | {some(rng, 2, 4)} |\n"
    if k < .40:
        return f"> {n} {some(rng, 5, 9)} *{some(rng, 1, 2)}* [{some(rng, 1, 2)}](https://example.org/{n})\n"
    return f"{n} {some(rng, 4, 7)}, {some(rng, 3, 6)}. {some(rng, 2, 5).capitalize()} `{rng.choice(WORDS)}`.\n"


def rust(rng, n):
    a, b = rng.choice(WORDS), rng.choice(WORDS)
    return (f"/// The {a} of {b}.\npub fn f_{a}_{n}(x: u64, name: &str) -> Result<u64, String> {{\n"
            f"    let mut sum = x.wrapping_mul({n * 7919});\n    for i in 0..{rng.randint(4, 99)} {{\n"
            f"        if i % 3 == 0 {{\n            sum ^= (i as u64) << 7; // {b}\n        }} else {{\n"
            f"            sum = sum.rotate_left(5);\n        }}\n    }}\n"
            f"    if sum == 0 {{ return Err(format!(\"{{name}}: {b}\")); }}\n    Ok(sum)\n}}\n\n")


def one_line(rng, n):
    return some(rng, 20, 30) + " "


KINDS = {"md": (markdown, "{}\n", "md"), "rs": (rust, "// {}\n", "rs"), "one": (one_line, "{} ", "md")}


def document(folder, name):
    """Writes a document such as md-1m; gives its path and the lines of its three marks."""
    kind, size = name.split("-")
    block, mark, extension = KINDS[kind]
    rng, lines, done, n, at = random.Random(42), 1, 0, 0, {"start": 1}
    path = os.path.join(folder, f"{name}.{extension}")
    with open(path, "w") as file:
        text = mark.format("ZSTART")
        if kind != "one":
            text += "\n"
        spare = []
        while True:
            file.write(text)
            done += len(text)
            lines += text.count("\n")
            if done >= SIZES[size]:
                break
            n += 1
            if "middle" not in at and done >= SIZES[size] / 2:
                text = mark.format("ZMIDDLE")
                at["middle"] = lines
            elif size == "1g" and spare:
                # Making new words for so much would take minutes.
                text = spare[n % len(spare)]
            else:
                text = block(rng, n)
                if size == "1g" and n == 1000:
                    spare = ["".join(block(rng, k) for k in range(2000)) for _ in range(8)]
        file.write(mark.format("ZEND"))
        at["end"] = lines
    return path, at


def tokens(count):
    """An answer in Markdown, as so many pieces; the last is ZDONE."""
    rng, out, n = random.Random(11), [], 0
    while len(out) < count - 1:
        n += 1
        piece = ""
        for c in markdown(rng, n):
            if c == " " and piece:
                out.append(piece)
                piece = ""
            piece += c
        out.append(piece)
    return out[:count - 1] + ["\n\nZDONE"]
