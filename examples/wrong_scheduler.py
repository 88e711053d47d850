#!/usr/bin/env python3
"""A scheduler of birthday emails as another team may have written it, and the search for what is wrong with it.

    python3 examples/wrong_scheduler.py --bug leap-day
    python3 examples/wrong_scheduler.py --bug buffer --tries 2000 --seed 7 -- npx sendplan oracle --jsonl

Random organizations go to the oracle one by one, its rows are compared with the scheduler's, and the first organization that the two
differ on is made as small as it gets. Needs nothing but Python's standard library. Exit code: 0 no difference, 1 a difference.
"""

import argparse
import json
import random
import subprocess
import sys
from datetime import date, timedelta

BUGS = ("none", "buffer", "leap-day")

# Days before and after the birthday, or in Missouri the policy date, on which the state forbids emails.
WINDOWS = {"CA": (30, 60), "ID": (0, 63), "KY": (0, 60), "MD": (0, 30), "NV": (0, 60), "OK": (0, 60),
           "OR": (0, 31), "VA": (0, 30), "MO": (30, 33)}
YEAR_ROUND = {"CT", "MA", "NY", "WA"}


# ---- the scheduler under test

def anniversary(day, year, bug):
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February: the rules say 28 February.
        return date(year, 3, 1) if bug == "leap-day" else date(year, 2, 28)


def is_forbidden(contact, day, bug):
    state = contact["state"]
    if state in YEAR_ROUND:
        return True
    anchor = contact["effective_date" if state == "MO" else "birth_date"]
    if state not in WINDOWS or anchor is None:
        return False
    anchor = date.fromisoformat(anchor)
    if state == "NV":
        anchor = anchor.replace(day=1)
    before, after = WINDOWS[state]
    buffer_days = 0 if bug == "buffer" else 60
    for year in (day.year - 1, day.year, day.year + 1):
        middle = anniversary(anchor, year, bug)
        first = middle - timedelta(days=before + buffer_days)
        if middle >= anchor and first <= day <= middle + timedelta(days=after):
            return True
    return False


def schedule_birthdays(contacts, today, bug):
    """One birthday email per contact, 14 days before the birthday or, when that has passed, today."""
    rows = {}
    for contact in contacts:
        birth = date.fromisoformat(contact["birth_date"])
        birthday = min(d for d in (anniversary(birth, today.year + i, bug) for i in (0, 1)) if d >= today)
        send_day = max(birthday - timedelta(days=14), today)
        status = "skipped" if is_forbidden(contact, send_day, bug) else "pre-scheduled"
        rows[contact["id"]] = (send_day.isoformat(), status)
    return rows


# ---- the oracle

class Oracle:
    """`sendplan oracle --jsonl`, which stays up: a line out, a line in."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def ask(self, organization):
        self.process.stdin.write(json.dumps(organization) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if line == "":
            sys.exit("The oracle has ended without an answer.")
        answer = json.loads(line)
        if "error" in answer:
            sys.exit(f"The oracle refuses {json.dumps(organization)}: {answer['error']['message']}")
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait()


# ---- the search

# What the scheduler does not know is turned off, or is not compared.
CONFIG = {
    "frequency": {"max_emails_per_period": 0},
    "load_balancing": {"daily_send_percentage_cap": 1, "catch_up_spread_days": 1},
}


def random_day(draw, first_year, last_year):
    # A leap day now and then: of plain chance it comes once in 1,461 days.
    if draw.random() < 0.1:
        return date(draw.choice([y for y in range(first_year, last_year + 1) if y % 4 == 0]), 2, 29)
    return date(draw.randint(first_year, last_year), 1, 1) + timedelta(days=draw.randint(0, 364))


def random_organization(draw):
    contacts = []
    for contact_id in range(1, draw.randint(2, 5) + 1):
        contacts.append({
            "id": contact_id,
            "email": f"c{contact_id}@example.com",
            "state": draw.choice([*WINDOWS, *YEAR_ROUND, "TX", "FL"]),
            "birth_date": random_day(draw, 1936, 1962).isoformat(),
            "effective_date": draw.choice([None, random_day(draw, 2010, 2021).isoformat()]),
        })
    return {"as_of": random_day(draw, 2023, 2028).isoformat(), "config": CONFIG, "contacts": contacts}


def difference(oracle, organization, bug):
    """The first contact that the two differ on, with both rows and the oracle's reasons; None for no difference."""
    answer = oracle.ask(organization)
    expected = {row["contact_id"]: (i, (row["scheduled_send_date"], row["status"]))
                for i, row in enumerate(answer["rows"]) if row["email_type"] == "birthday"}
    found = schedule_birthdays(organization["contacts"], date.fromisoformat(organization["as_of"]), bug)
    for contact in organization["contacts"]:
        i, row = expected[contact["id"]]
        if row != found[contact["id"]]:
            return contact, row, found[contact["id"]], answer["why"][i]
    return None


def smaller(organization):
    for contact in organization["contacts"]:
        if len(organization["contacts"]) > 1:
            yield {**organization, "contacts": [contact]}
        if contact["effective_date"] is not None:
            yield {**organization, "contacts": [{**contact, "effective_date": None}]}


def search(oracle, tries, seed, bug):
    draw = random.Random(seed)
    for number in range(1, tries + 1):
        organization = random_organization(draw)
        if difference(oracle, organization, bug) is None:
            continue
        while True:
            simpler = next((one for one in smaller(organization) if difference(oracle, one, bug) is not None), None)
            if simpler is None:
                return number, organization
            organization = simpler
    return None


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--bug", choices=BUGS, default="leap-day", help="what the scheduler does wrong")
    options.add_argument("--tries", type=int, default=2000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--print", type=int, metavar="N", help="print so many random organizations as lines, and ask nobody")
    options.add_argument("oracle", nargs="*", default=["npx", "sendplan", "oracle", "--jsonl"], help="how the oracle is started")
    flags = options.parse_args()
    if flags.print is not None:
        draw = random.Random(flags.seed)
        for _ in range(flags.print):
            print(json.dumps(random_organization(draw)))
        return 0
    oracle = Oracle(flags.oracle)
    try:
        found = search(oracle, flags.tries, flags.seed, flags.bug)
        if found is None:
            print(f"No difference in {flags.tries} organizations.")
            return 0
        number, organization = found
        contact, expected, row, why = difference(oracle, organization, flags.bug)
        print(f"Organization {number} differs. At its smallest, as of {organization['as_of']}:")
        print(f"contact {contact['id']} in {contact['state']}, born {contact['birth_date']}")
        print(f"  expected  {expected[0]} {expected[1]}")
        print(f"  found     {row[0]} {row[1]}")
        for sentence in why:
            print(f"  - {sentence}")
        return 1
    finally:
        oracle.close()


if __name__ == "__main__":
    sys.exit(main())
