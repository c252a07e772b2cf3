#!/usr/bin/env python3
"""Writes the manual pages of a program from what `PROGRAM --experimental-dump-help` prints.

  manual.py --program almanac  --section 1 --version V --date YYYY-MM-DD --output DIR < help.json
  manual.py --program almanacd --section 8 --single --settings almanac.yaml … < help.json

One page per command, named as `almanac-import-csv.1`; with --single one page with all commands.
"""

import argparse
import json
import pathlib
import re
import sys

SPECIAL = {"\\": "\\e", "-": "\\-", "~": "\\(ti", "^": "\\(ha", "`": "\\(ga", "'": "\\(aq", '"': "\\(dq"}


def escaped(text):
    """The text as roff prints it, with ASCII characters that can be copied to a shell."""
    out = []
    for character in text:
        if character in SPECIAL:
            out.append(SPECIAL[character])
        elif ord(character) < 128:
            out.append(character)
        else:
            out.append("\\[u%04X]" % ord(character))
    return "".join(out)


LONG_WORD = re.compile(r"\S{30,}")


def breakable(text):
    """Escaped text; a long word, as a line of JSON, may be broken after a comma."""
    out, end = [], 0
    for word in LONG_WORD.finditer(text):
        out.append(escaped(text[end:word.start()]))
        out.append("\\:".join(escaped(part) for part in re.split(r"(?<=,)", word[0])))
        end = word.end()
    return "".join(out) + escaped(text[end:])


def inline(text):
    """Escaped text; parts in backticks are bold."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return breakable(text)
    return "".join(
        "\\fB%s\\fR" % escaped(part) if index % 2 else breakable(part)
        for index, part in enumerate(parts))


def line(text):
    """A line that roff does not take for a request."""
    return "\\&" + text if text[:1] in (".", "'") else text


def prose(text):
    """Paragraphs; a run of lines that are indented, or that follow one another, keeps its lines."""
    out = []
    for paragraph in re.split(r"\n\s*\n", text.strip("\n")):
        lines = paragraph.split("\n")
        out.append(".PP")
        is_open = False
        for place, content in enumerate(lines):
            fixed = content.startswith("  ") or re.match(r"--\S+ \S+ {2,}", content)
            if fixed and not is_open:
                out += [".RS 4", ".nf"] if place == 0 else [".br", ".RS 4", ".nf"]
                is_open = True
            elif not fixed and is_open:
                out += [".fi", ".RE", ".PP"]
                is_open = False
            elif not fixed and place > 0:
                out.append(".br")
            text = content[2:] if content.startswith("  ") else content
            out.append(line(escaped(text) if fixed else inline(text)))
        if is_open:
            out += [".fi", ".RE"]
    return out


class Discussion:
    """A command's long help, divided into description, exit status and examples."""

    def __init__(self, text):
        description, self.exit, examples = [], None, []
        self.examples = examples
        lines = (text or "").split("\n")
        while lines:
            content = lines.pop(0)
            if content.startswith("Exit: "):
                self.exit = content.removeprefix("Exit: ")
            elif content == "Example:":
                # The example is the last part of every help.
                examples += lines
                lines = []
            elif content.startswith("Example: "):
                examples.append("  " + content.removeprefix("Example: "))
            else:
                description.append(content)
        self.description = "\n".join(description).strip("\n")


def option_name(name):
    return ("--" if name["kind"] == "long" else "-") + name["name"]


def option_term(argument):
    names = sorted(argument["names"], key=lambda name: name["kind"] == "long")
    term = ", ".join("\\fB%s\\fR" % escaped(option_name(name)) for name in names)
    if argument["kind"] == "option":
        term += " \\fI%s\\fR" % escaped(argument["valueName"])
    return term


def meaning(argument):
    text = argument.get("abstract") or ""
    if argument.get("discussion"):
        text += ("\n" if text else "") + argument["discussion"]
    values = argument.get("allValues")
    if values:
        text += " One of %s." % ", ".join(values)
    if argument.get("defaultValue") is not None and "default" not in text:
        text += " The default is %s." % argument["defaultValue"]
    return text.strip()


def shown(command, kinds):
    return [a for a in command.get("arguments", []) if a["kind"] in kinds and a.get("shouldDisplay")]


def subcommands(command):
    return [c for c in command.get("subcommands", [])
            if c.get("shouldDisplay", True) and c["commandName"] != "help"]


def words(command):
    return [*(command.get("superCommands") or []), command["commandName"]]


def synopsis(command):
    out = "\\fB%s\\fR" % escaped(" ".join(words(command)))
    if subcommands(command):
        out += " \\fIcommand\\fR"
    if shown(command, ("option", "flag")):
        out += " [\\fIoptions\\fR]"
    for argument in shown(command, ("positional",)):
        term = "\\fI%s\\fR" % escaped(argument["valueName"])
        if argument["isRepeating"]:
            term += " ..."
        out += " [%s]" % term if argument["isOptional"] else " " + term
    return out


def arguments(command):
    out = []
    for argument in shown(command, ("positional",)):
        out += [".TP", "\\fI%s\\fR" % escaped(argument["valueName"]), line(inline(meaning(argument)))]
    for argument in shown(command, ("option", "flag")):
        out += [".TP", option_term(argument), line(inline(meaning(argument)))]
    return out


def settings(path):
    """The keys of the commented configuration file, each with its comment and default.

    The file has blocks of comment lines, each followed by `key: value` or `#key: value`.
    """
    out, comment = [], []
    for content in pathlib.Path(path).read_text().split("\n"):
        setting = re.match(r"#?([a-z0-9_]+):(?: (.*))?$", content)
        if setting and comment:
            value = (setting[2] or "").strip()
            text = " ".join(comment)
            if not content.startswith("#"):
                text += " The packaged file sets %s." % value
            elif value:
                text += " Default: %s." % value
            out += [".TP", "\\fB%s\\fR" % escaped(setting[1]), line(inline(text))]
            comment = []
        elif content.startswith("# ---"):
            out.append(".SS %s" % escaped(content.strip("# -")))
            comment = []
        elif content.startswith("# "):
            comment.append(content[2:])
        else:
            comment = []
    return out


def page_name(command):
    return "-".join(words(command))


def heading(name, options, abstract):
    return [
        ".TH %s %s %s \"Almanac %s\" \"Almanac\"" % (
            escaped(name).upper().replace("\\E", "\\e"), options.section, options.date, escaped(options.version)),
        ".\\\" Made from the program's own help.",
        ".nh",
        ".ad l",
        ".SH NAME",
        "%s \\- %s" % (escaped(name), escaped(abstract.rstrip("."))),
    ]


def examples(lines):
    return [".SH EXAMPLES", *prose("\n".join(lines))] if any(lines) else []


def see_also(names):
    unique = list(dict.fromkeys(names))
    return [".SH SEE ALSO", ",\n".join("\\fB%s\\fR(%s)" % (escaped(n), s) for n, s in unique)]


def page(command, root, options):
    name = page_name(command)
    discussion = Discussion(command.get("discussion"))
    out = heading(name, options, command.get("abstract") or name)
    out += [".SH SYNOPSIS", synopsis(command)]
    if discussion.description:
        out += [".SH DESCRIPTION", *prose(discussion.description)]
    if subcommands(command):
        out.append(".SH COMMANDS")
        for child in subcommands(command):
            out += [".TP", "\\fB%s\\fR(%s)" % (escaped(page_name(child)), options.section),
                    line(inline(child.get("abstract") or ""))]
    listed = arguments(command)
    if listed:
        out += [".SH OPTIONS", *listed]
    status = discussion.exit or Discussion(root.get("discussion")).exit
    if status:
        out += [".SH EXIT STATUS", line(inline(status))]
    if command is root:
        out += [".SH ENVIRONMENT",
                ".TP", "\\fBALMANAC_DATA_DIRECTORY\\fR", "The store's folder if there is no \\fB\\-\\-store\\fR.",
                ".TP", "\\fBNO_COLOR\\fR, \\fBTERM\\fR", "Colours are off if NO_COLOR is set or TERM is dumb."]
    out += examples(discussion.examples)
    related = [(page_name(child), options.section) for child in subcommands(command)] if command is not root else []
    parents = words(command)[:-1]
    related += [("-".join(parents[:count]), options.section) for count in range(len(parents), 0, -1)]
    out += see_also([*related, ("almanacd", "8")])
    return name, out


def pages(command, root, options):
    yield page(command, root, options)
    for child in subcommands(command):
        yield from pages(child, root, options)


def single(root, options):
    discussion = Discussion(root.get("discussion"))
    name = root["commandName"]
    out = heading(name, options, root["abstract"])
    out.append(".SH SYNOPSIS")
    for child in subcommands(root):
        out += [synopsis(child), ".br"]
    out += [".SH DESCRIPTION", *prose(discussion.description)]
    out.append(".SH COMMANDS")
    for child in subcommands(root):
        part = Discussion(child.get("discussion"))
        out += [".SS %s" % escaped(child["commandName"]), line(inline(child["abstract"]))]
        out += prose(part.description) if part.description else []
        out += arguments(child)
        out += prose("Example:\n" + "\n".join(part.examples)) if part.examples else []
    if options.settings:
        out += [".SH SETTINGS", *settings(options.settings)]
        out += [
            ".SH FILES",
            ".TP", "\\fI/etc/almanac/almanac.yaml\\fR", "The settings of the packaged service.",
            ".TP", "\\fI/etc/almanac/secrets/\\fR",
            "Tokens and keys, readable by root alone. The unit passes each file to the service as",
            "\\fI/run/credentials/almanacd.service/secrets_NAME\\fR.",
            ".TP", "\\fI/var/lib/almanac/\\fR", "The store of the packaged service.",
            ".SH SIGNALS",
            ".TP", "\\fBSIGTERM\\fR, \\fBSIGINT\\fR",
            "Requests under way are answered, the store is closed, and the program ends with 0.",
            ".TP", "\\fBSIGHUP\\fR",
            "The tables of devices and points are read again. A wrong table is reported and changes nothing.",
        ]
    out += [".SH EXIT STATUS", line(inline(discussion.exit or "0"))]
    out += examples(discussion.examples)
    out += see_also([("almanac", "1"), ("systemctl", "1"), ("journalctl", "1")])
    return name, out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--section", required=True)
    parser.add_argument("--version", required=True)
    parser.add_argument("--date", required=True)
    parser.add_argument("--output", required=True, type=pathlib.Path)
    parser.add_argument("--single", action="store_true")
    parser.add_argument("--settings")
    options = parser.parse_args()
    root = json.load(sys.stdin)["command"]
    if root["commandName"] != options.program:
        sys.exit("expected the help of %s, found that of %s" % (options.program, root["commandName"]))
    options.output.mkdir(parents=True, exist_ok=True)
    made = [single(root, options)] if options.single else pages(root, root, options)
    for name, lines in made:
        (options.output / ("%s.%s" % (name, options.section))).write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
