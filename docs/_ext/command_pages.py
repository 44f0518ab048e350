"""The command line, from its parser."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from coxa.commands.parser import parser as make_parser
from pages import DOCS, cell, table, write


def commands(parser: argparse.ArgumentParser) -> dict[str, tuple[str, argparse.ArgumentParser]]:
    action = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    helps = {choice.dest: choice.help for choice in action._choices_actions}
    return {name: (helps[name], sub) for name, sub in action.choices.items()}


def arguments(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    formatter = argparse.HelpFormatter(parser.prog)
    for action in parser._actions:
        if isinstance(action, argparse._HelpAction):
            continue
        names = ", ".join(f"`{o}`" for o in action.option_strings)
        value = "" if action.nargs == 0 else formatter._format_args(action, action.dest.upper())
        shown = f"{names} {value}".strip() if names else f"`{value}`"
        yield shown, formatter._expand_help(action) if action.help else ""


def section(name: str, text: str, parser: argparse.ArgumentParser) -> str:
    usage = " ".join(parser.format_usage().removeprefix("usage: ").split())
    rows = list(arguments(parser))
    listing = table(("Argument", "Meaning"), rows) if rows else ""
    return f"""## `coxa {name}`

{text[0].upper() + text[1:]}.

```text
{usage}
```

{listing}"""


def generate() -> None:
    parser = make_parser()
    found = commands(parser)
    rows = [(f"[`coxa {name}`](#coxa-{name})", cell(text)) for name, (text, _) in found.items()]
    sections = "\n".join(section(name, text, sub) for name, (text, sub) in found.items())
    introduction = (DOCS / "reference" / "command_line.inc").read_text()
    write("commands.md", introduction + "\n" + table(("Command", "Does"), rows) + "\n" + sections)
