"""Completion of the command line in a shell, and what it says with --verbose."""

from __future__ import annotations

import logging
import subprocess
import sys

import coxa
import pytest
from coxa.commands import main
from coxa.commands.parser import COMMANDS


def completions(script, *words):
    """What bash offers for the last of the words."""
    program = script + (
        f"\nCOMP_WORDS=({' '.join(repr(word) for word in words)})\nCOMP_CWORD={len(words) - 1}\n"
        'COMP_LINE="${COMP_WORDS[*]}"; COMP_POINT=${#COMP_LINE}\n'
        "$(complete -p coxa | sed 's/.*-F \\([^ ]*\\).*/\\1/')\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    # a COMPREPLY that stays empty is a status of 1 in some versions of bash
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True)
    return {word.strip() for word in done.stdout.splitlines()}


def test_bash_completes_commands_and_options(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--print-completion", "bash"])
    assert not end.value.code
    script = capsys.readouterr().out
    assert set(COMMANDS) <= completions(script, "coxa", "")
    assert completions(script, "coxa", "sim") == {"simulate"}
    assert "--height" in completions(script, "coxa", "simulate", "--he")


@pytest.mark.parametrize("shell", ["zsh", "tcsh"])
def test_other_shells(shell, capsys):
    with pytest.raises(SystemExit):
        main(["--print-completion", shell])
    script = capsys.readouterr().out
    assert all(name in script for name in COMMANDS)


# ---- logging


@pytest.fixture
def study(athlete):
    return coxa.Study("glute_bridge", athlete, frames=7).vary(load=[0, 20])


def test_a_study_logs_what_it_does(study, path, caplog):
    with caplog.at_level(logging.INFO, "coxa"):
        study.run(path)
        study.run(path)
    assert [record.name for record in caplog.records] == ["coxa.studies.running"] * 3
    assert [record.getMessage() for record in caplog.records] == [
        "2 parts to compute",
        f"wrote {path}: 2 trials",
        f"{path} is complete, nothing is computed",
    ]


def test_a_search_logs_its_stages(athlete, caplog):
    with caplog.at_level(logging.INFO, "coxa"):
        coxa.optimize(
            "glute_bridge",
            "glutes_impulse",
            athlete,
            over={"foot_distance": (0.75, 0.80)},
            trials=8,
            frames=5,
        )
    said = [record.getMessage() for record in caplog.records]
    assert said[0].startswith("glute_bridge: scan of ") and " possible" in said[0]
    assert said[1].startswith("glute_bridge: search 1 of ")


def test_a_program_that_wants_no_log_hears_nothing(tmp_path):
    (tmp_path / "broken.py").write_text("raise RuntimeError('broken')\n")
    code = "import coxa; coxa.exercises()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"COXA_PLUGIN_PATH": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("name", ["broken.py", "broken.so"])
@pytest.mark.parametrize(("words", "said"), [(["-v"], True), ([], False)])
def test_verbose_says_what_is_skipped(words, said, name, tmp_path):
    (tmp_path / name).write_text("raise RuntimeError('broken')\n")
    done = subprocess.run(
        [sys.executable, "-m", "coxa.commands", *words, "list"],
        env={"COXA_PLUGIN_PATH": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0
    assert ("coxa: skipped" in done.stderr and "broken" in done.stderr) is said


def test_verbose_leaves_no_handler(capsys):
    before = list(logging.getLogger("coxa").handlers)
    assert main(["-v", "cmake-dir"]) == 0 and main(["cmake-dir", "-vv"]) == 0
    assert logging.getLogger("coxa").handlers == before
