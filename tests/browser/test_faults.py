"""Networks and servers that fail in the middle of a conversation: nothing is lost, nothing twice, no reload."""

from playwright.sync_api import Route, expect

from tests.browser.database import Database
from tests.browser.people import BACK_MS, Person
from tests.browser.server import Server

MARK = "window.sinceTheBeginning = true"


def test_what_was_said_while_the_network_was_gone_is_there_after(
    alice: Person, bob: Person, talking: int, database: Database
) -> None:
    alice.page.evaluate(MARK)
    alice.say("before")
    bob.sees("before")

    alice.device.link.cut()
    bob.say("can you hear me", "apparently not")
    alice.say("written in a tunnel", "and another one")
    bob.has_sent("before", "can you hear me", "apparently not")
    expect(alice.pending).to_have_text(["written in a tunnel", "and another one"])
    alice.device.link.mend()

    expected = ["before", "can you hear me", "apparently not", "written in a tunnel", "and another one"]
    for person in (alice, bob):
        person.has_sent(*expected)
        assert person.transcript() == database.transcript(talking)
    assert database.bodies(talking) == expected
    assert alice.page.evaluate("window.sinceTheBeginning")


def test_a_browser_that_knows_it_is_back_is_up_to_date_at_once(alice: Person, bob: Person, talking: int) -> None:
    alice.device.link.expect_trouble()
    alice.device.context.set_offline(True)  # leaves the socket open, and silent
    bar = alice.page.locator("[data-slot=connection]")
    expect(bar).to_contain_text("Connecting…")
    expect(alice.page.locator(".room__sub")).to_have_text("@bob_baker")
    bob.say("one", "two", "three")
    bob.has_sent("one", "two", "three")
    alice.say("written in a tunnel")
    row = alice.row("Bob Baker")
    expect(row.locator("[data-slot=last]")).to_have_text("You: written in a tunnel")
    expect(row.locator("[data-slot=status]")).to_have_attribute("data-status", "pending")
    alice.device.context.set_offline(False)
    alice.has_sent("one", "two", "three", "written in a tunnel")
    expect(bar).to_contain_text("Up to date")
    expect(bar).to_be_hidden()


def test_a_message_whose_receipt_was_lost_is_not_sent_twice(
    alice: Person, bob: Person, talking: int, database: Database
) -> None:
    alice.device.link.deafen()
    alice.say("only once")
    bob.sees("only once")
    expect(alice.pending).to_have_count(1)
    alice.device.link.cut()
    alice.device.link.mend()
    alice.has_sent("only once")
    bob.say("yes, once")
    for person in (alice, bob):
        person.has_sent("only once", "yes, once")
    assert database.bodies(talking) == ["only once", "yes, once"]


def test_unsent_messages_outlive_the_page(alice: Person, bob: Person, talking: int, database: Database) -> None:
    alice.page.route("**/api/rooms/*/messages/", refuse_to_send)
    alice.page.route_web_socket("**/ws/", lambda socket: socket.close())
    alice.device.link.expect_trouble()
    alice.reloads()
    alice.say("first of all", "then", "at last")
    alice.has_stored("outbox", 3)
    alice.reloads()
    expect(alice.pending).to_have_text(["first of all", "then", "at last"])
    alice.page.close()
    assert database.bodies(talking) == []

    alice.page = alice.device.chat(f"/rooms/{talking}/")
    for person in (alice, bob):
        person.has_sent("first of all", "then", "at last")
        assert person.transcript() == database.transcript(talking)


def test_a_conversation_goes_on_when_workers_are_killed(
    alice: Person, bob: Person, talking: int, server: Server, database: Database
) -> None:
    bodies: list[str] = []
    for person in (alice, bob):
        person.device.link.expect_trouble()
        person.page.evaluate(MARK)
    for worker in server.workers():
        server.kill(worker)
        for person, other in ((alice, bob), (bob, alice)):
            bodies.append(f"{person.name} goes on after {worker}")
            person.say(bodies[-1])
            expect(other.messages).to_have_text(bodies, timeout=BACK_MS)
    the_same_everywhere(alice, bob, database.transcript(talking))


def test_a_conversation_goes_on_when_the_server_is_restarted(
    alice: Person, bob: Person, talking: int, server: Server, database: Database
) -> None:
    for person in (alice, bob):
        person.device.link.expect_trouble()
        person.page.evaluate(MARK)
    alice.say("before")
    bob.sees("before")
    server.stop()
    alice.say("into the void")
    server.start()
    expect(bob.messages).to_have_text(["before", "into the void"], timeout=BACK_MS)
    bob.say("after")
    for person in (alice, bob):
        person.sees("before", "into the void", "after")
    the_same_everywhere(alice, bob, database.transcript(talking))


def the_same_everywhere(one: Person, other: Person, truth: list[tuple[int, int, str]]) -> None:
    """Both pages show what the database has, and are still the pages that were opened at the beginning."""
    for person in (one, other):
        person.has_sent(*(body for _seq, _author, body in truth))
        assert person.transcript() == truth
        assert person.page.evaluate("window.sinceTheBeginning")


def refuse_to_send(route: Route) -> None:
    if route.request.method == "POST":
        route.abort()
    else:
        route.continue_()
