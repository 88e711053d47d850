"""A program that sends what is due and keeps its connection open: marks emails as sent in transactions, some of them long.

sender.py DATABASE DAY SEED; ends when its standard input does. Prints a line for each commit that SQLite said succeeded: the
mark, and the ids of its emails; and a line `refused ...` for each that did not.
"""

import random
import select
import sqlite3
import sys
import time

path, day, seed = sys.argv[1:]
draw = random.Random(int(seed))


def connect():
    return sqlite3.connect(path, timeout=draw.choice([0.1, 2, 10]), isolation_level=None)


connection = connect()
print("ready", flush=True)
number = 0
while not select.select([sys.stdin], [], [], draw.choice([0, 0.02, 0.1, 0.3]))[0]:
    number += 1
    mark = f"{day} 08:{number // 60 % 60:02}:{number % 60:02}.{seed}.{number}"
    try:
        connection.execute("BEGIN IMMEDIATE")
        due = connection.execute(
            "SELECT id FROM email_schedules WHERE status = 'pre-scheduled' ORDER BY scheduled_send_date, id LIMIT ?",
            [draw.choice([1, 1, 5, 40])],
        ).fetchall()
        connection.executemany(
            "UPDATE email_schedules SET status = 'sent', actual_send_datetime = ? WHERE id = ?",
            [(mark, row) for (row,) in due],
        )
        if draw.random() < 0.3:
            time.sleep(draw.random() * 1.5)
        connection.execute("COMMIT")
        print("committed", mark, *(row for (row,) in due), flush=True)
    except sqlite3.Error as error:
        print("refused", type(error).__name__, error, flush=True)
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            pass
        if "locked" not in str(error):
            # Another file has taken the place of the one that is open.
            connection.close()
            connection = connect()
connection.close()
