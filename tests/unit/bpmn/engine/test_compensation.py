"""Compensation and transactions (BPMN 2.0.2, 10.7, 13.5.5)."""

from __future__ import annotations

import pytest

from bpmn.engine import Happened
from tests.unit.bpmn.engine.draw import (
    boundary,
    cancel,
    compensate,
    drawing,
    end,
    error,
    event_sub,
    flow,
    io,
    multi,
    on,
    par,
    service,
    start,
    sub,
    task,
    throw,
    timer,
    transaction,
    undone_by,
    user,
    xor,
)
from tests.unit.bpmn.engine.play import Play, three


def handlers(play: Play) -> list[str]:
    """Return what was undone, in order."""
    return [entry.element for entry in play.history if entry.happened is Happened.COMPENSATED]


def test_a_throw_undoes_what_is_completed_in_reverse_order_one_after_the_other() -> None:
    drawn = drawing(
        start(),
        task("a"),
        task("b"),
        user("c"),
        throw("t", compensate()),
        user("z"),
        undone_by("a", "ua"),
        undone_by("b", "ub"),
        undone_by("c", "uc"),
        "s > a > b > t > z",
        "s > c",
    )

    def scene(play: Play) -> None:
        play.start()
        assert play.open_jobs == ["ub"]
        play.job("ub")
        assert play.open_jobs == ["ua"]
        play.job("ua")

    play = three(scene, drawn)
    assert play.open == ["c", "z"]
    assert handlers(play) == ["b", "a"]


def test_a_throw_can_name_the_activity_and_undoes_it_once() -> None:
    drawn = drawing(
        start(),
        task("a"),
        task("b"),
        throw("t", compensate("a")),
        throw("t2", compensate("a")),
        user("z"),
        undone_by("a", "ua"),
        undone_by("b", "ub"),
        "s > a > b > t > t2 > z",
    )

    play = three(lambda p: p.start().job("ua"), drawn)

    assert play.open == ["z"]
    assert handlers(play) == ["a"]


def test_a_compensation_end_event_ends_after_its_handlers() -> None:
    drawn = drawing(start(), task("a"), end("e", compensate()), undone_by("a", "ua"), "s > a > e")

    assert not three(lambda p: p.start(), drawn).done
    assert three(lambda p: p.start().job("ua"), drawn).done


def test_a_completed_sub_process_is_undone_by_what_was_done_inside() -> None:
    drawn = drawing(
        start(),
        sub("o", start("s1"), task("a"), task("b"), undone_by("a", "ua"), undone_by("b", "ub"), "s1 > a > b"),
        throw("t", compensate("o")),
        user("z"),
        "s > o > t > z",
    )

    play = three(lambda p: p.start().job("ub").job("ua"), drawn)

    assert play.open == ["z"]
    assert handlers(play) == ["b", "a"]


def test_a_sub_process_with_its_own_handler_is_undone_by_that_alone() -> None:
    drawn = drawing(
        start(),
        sub("o", start("s1"), task("a"), undone_by("a", "ua"), "s1 > a"),
        undone_by("o", "uo"),
        throw("t", compensate()),
        user("z"),
        "s > o > t > z",
    )

    play = three(lambda p: p.start().job("uo"), drawn)

    assert play.open == ["z"]
    assert handlers(play) == ["o"]


def test_a_compensation_event_sub_process_decides_how_its_scope_is_undone() -> None:
    undo = event_sub("es", on("es-s", compensate()), user("ask"), throw("inner", compensate("a")), "es-s > ask > inner")
    drawn = drawing(
        start(),
        sub("o", start("s1"), task("a"), undone_by("a", "ua"), "s1 > a", undo),
        throw("t", compensate("o")),
        user("z"),
        "s > o > t > z",
    )

    def scene(play: Play) -> None:
        play.start()
        assert play.open == ["ask"]
        play.complete("ask")
        assert play.open_jobs == ["ua"]
        play.job("ua")

    play = three(scene, drawn)
    assert play.open == ["z"]


def test_an_activity_that_is_not_completed_is_not_undone() -> None:
    drawn = drawing(start(), user("a"), undone_by("a", "ua"), throw("t", compensate()), user("z"), "s > a", "s > t > z")

    assert three(lambda p: p.start(), drawn).open == ["a", "z"]


def test_an_error_handler_undoes_what_its_scope_had_done() -> None:
    drawn = drawing(
        start(),
        sub(
            "o",
            start("s1"),
            task("a"),
            undone_by("a", "ua"),
            end("x", error("E")),
            "s1 > a > x",
            event_sub("es", on("es-s", error("E")), throw("t", compensate()), task("done"), "es-s > t > done"),
        ),
        user("z"),
        "s > o > z",
    )

    play = three(lambda p: p.start().job("ua"), drawn)

    assert play.open == ["z"]
    assert play.passed["done"] == 1


@pytest.mark.parametrize("sequential", [False, True])
def test_every_instance_of_a_multi_instance_activity_is_undone_with_its_own_data(sequential: bool) -> None:
    items = '<loopDataInputRef>items</loopDataInputRef><inputDataItem id="item"/>'
    loop = multi(sequential=sequential).replace("></", f">{items}</")
    drawn = drawing(
        start(), task("a", loop), undone_by("a", "ua"), throw("t", compensate()), user("z"), "s > a > t > z"
    )

    def scene(play: Play) -> None:
        play.start({"items": ["x", "y"]})
        assert play.open_jobs == (["ua"] if sequential else ["ua", "ua"])
        for expected in ("y", "x"):
            job = play.jobs[play.job_of("ua")]
            assert job.variables["item"] == expected
            play.job("ua")

    assert three(scene, drawn).open == ["z"]


def test_cancelling_one_instance_of_a_transaction_undoes_all_of_them() -> None:
    tx = transaction(
        "tx", multi(collection="items"), start("s1"), task("a"), undone_by("a", "ua"), user("b"),
        xor("g", default="g-x"),
        end("ok"), end("x", cancel()), "s1 > a > b > g", flow("g", "ok", "=fine"), flow("g", "x"),
    )  # fmt: skip
    drawn = drawing(start(), tx, boundary("cb", "tx", cancel()), user("z"), "s > tx", "cb > z")

    def scene(play: Play) -> None:
        play.start({"items": [1, 2, 3]}).complete("b", fine=True).complete("b", fine=False)
        undone = []
        while play.jobs:
            undone.append(play.jobs[play.job_of("ua")].variables["item"])
            play.job("ua")
        assert sorted(undone) == [1, 2, 3]

    assert three(scene, drawn).open == ["z"]


def test_a_loop_records_every_round() -> None:
    drawn = drawing(
        start(),
        xor("m"),
        user("a"),
        undone_by("a", "ua"),
        xor("g", default="g-t"),
        throw("t", compensate()),
        end(),
        "s > m > a > g",
        flow("g", "m", "=again"),
        flow("g", "t"),
        "t > e",
    )

    play = three(lambda p: p.start().complete("a", again=True).complete("a", again=False).job("ua").job("ua"), drawn)

    assert play.done
    assert handlers(play) == ["a", "a"]


def test_a_throw_that_does_not_wait_goes_on_at_once() -> None:
    drawn = drawing(
        start(),
        task("a"),
        undone_by("a", "ua"),
        throw("t", compensate(wait=False)),
        user("z"),
        end(),
        "s > a > t > z > e",
    )

    def scene(play: Play) -> None:
        play.start()
        assert (play.open, play.open_jobs) == (["z"], ["ua"])
        play.complete("z")
        assert not play.done
        play.job("ua")

    assert three(scene, drawn).done


def test_a_cancelled_transaction_is_undone_before_it_is_left_by_its_boundary() -> None:
    drawn = drawing(
        start(),
        transaction(
            "tx",
            start("s1"),
            task("a"),
            undone_by("a", "ua"),
            par("f"),
            user("b"),
            user("c"),
            end("x", cancel()),
            "s1 > a > f > b > x",
            "f > c",
        ),
        boundary("cb", "tx", cancel()),
        user("z"),
        user("ok"),
        "s > tx > ok",
        "cb > z",
    )

    def scene(play: Play) -> None:
        play.start().complete("b")
        assert (play.open, play.open_jobs) == ([], ["ua"])
        play.job("ua")

    play = three(scene, drawn)
    assert play.open == ["z"]


def test_a_cancel_end_event_deep_inside_cancels_the_whole_transaction() -> None:
    drawn = drawing(
        start(),
        transaction(
            "tx",
            start("s1"),
            task("a"),
            undone_by("a", "ua"),
            sub("i", start("s2"), end("x", cancel()), "s2 > x"),
            "s1 > a > i",
        ),
        boundary("cb", "tx", cancel()),
        user("z"),
        "s > tx",
        "cb > z",
    )

    assert three(lambda p: p.start().job("ua"), drawn).open == ["z"]


def test_a_transaction_without_cancel_boundary_that_is_cancelled_is_an_incident() -> None:
    drawn = drawing(start(), transaction("tx", start("s1"), end("x", cancel()), "s1 > x"), user("z"), "s > tx > z")

    assert three(lambda p: p.start(), drawn).codes == ["uncaught_cancel"]


def test_an_error_out_of_a_transaction_undoes_nothing() -> None:
    drawn = drawing(
        start(),
        transaction("tx", start("s1"), task("a"), undone_by("a", "ua"), end("x", error("E")), "s1 > a > x"),
        boundary("eb", "tx", error("E")),
        user("z"),
        "s > tx",
        "eb > z",
    )

    play = three(lambda p: p.start(), drawn)

    assert play.open == ["z"]
    assert not play.jobs


def test_a_failed_handler_is_an_incident_and_goes_on_after_the_retry() -> None:
    drawn = drawing(start(), task("a"), undone_by("a", "ua"), throw("t", compensate()), user("z"), "s > a > t > z")

    def scene(play: Play) -> None:
        play.start().error("ua", "E")
        assert play.codes == ["uncaught_error"]
        play.retry("ua").job("ua")

    assert three(scene, drawn).open == ["z"]


def test_a_handler_sees_the_local_variables_its_activity_had_when_it_completed() -> None:
    drawn = drawing(
        start(),
        user("a", io("in amount=total")),
        undone_by("a", "ua"),
        user("b"),
        throw("t", compensate()),
        "s > a > b > t",
    )

    play = three(lambda p: p.start({"total": 5}).complete("a").complete("b", total=9), drawn)

    assert play.jobs[play.job_of("ua")].variables == {"amount": 5, "total": 9}


def test_an_interrupted_compensation_stops_with_its_scope() -> None:
    drawn = drawing(
        start(),
        sub("o", start("s1"), task("a"), undone_by("a", "ua"), throw("t", compensate()), "s1 > a > t"),
        boundary("late", "o", timer("PT1H")),
        user("z"),
        "s > o",
        "late > z",
    )

    play = three(lambda p: p.start().wait("PT1H"), drawn)

    assert (play.open, play.open_jobs) == (["z"], [])


def test_a_compensation_handler_may_be_a_sub_process() -> None:
    handler = (
        boundary("ub", "a", compensate())
        + sub("ua", start("us"), service("w"), "us > w", isForCompensation="true")
        + '<association id="as" associationDirection="One" sourceRef="ub" targetRef="ua"/>'
    )
    drawn = drawing(start(), task("a"), handler, throw("t", compensate()), user("z"), "s > a > t > z")

    assert three(lambda p: p.start().job("w"), drawn).open == ["z"]
