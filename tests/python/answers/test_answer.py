"""The base of all answers: printed text, notebook tables, JSON and figures."""

import json

import coxa
import numpy as np
import pytest
from coxa.answers.answer import Answer
from coxa.base import doors
from coxa.base.tables import Table

NAMES = (
    *("Calibration", "Comparison", "CriterionSpread", "MainEffects", "Optimum", "Paired"),
    *("Response", "Sensitivity", "Tornado", "Workout"),
)


class Lifts(Answer):
    heading = "lifts < 100 kg\nof one person"
    footer = ("a & b",)
    table = Table({"load": [60.0, np.nan]}, ["x <", "y"])

    def shown(self):
        return {"heavy & light": self.table}

    def to_dict(self):
        return {"loads": self.table["load"].to_numpy()}


def test_text_is_heading_titles_tables_and_notes():
    table = "     load\nx <    60\ny        "
    assert repr(Lifts()) == f"lifts < 100 kg\nof one person\n\nheavy & light\n{table}\na & b"


def test_html_is_the_same_with_texts_escaped():
    html = Lifts()._repr_html_()
    assert html.startswith("<p>lifts &lt; 100 kg<br>of one person</p><p>heavy &amp; light</p>")
    assert "<th>x &lt;</th>" in html and "<td>60</td>" in html and "<td></td>" in html
    assert html.endswith("<small>a &amp; b</small></p>")


def test_json_has_null_where_a_number_is_missing():
    assert json.loads(Lifts().to_json()) == {"loads": [60.0, None]}


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_is_one_and_names_its_figure(name):
    of = getattr(coxa, name)
    assert issubclass(of, Answer) and not of.__abstractmethods__
    assert of._picture in doors.PICTURES
