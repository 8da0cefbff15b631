#!/usr/bin/python3
"""A change exit as a program: passwords have twelve characters at least."""

import json
import sys

asked, answers = sys.stdin.buffer, sys.stdout.buffer
for line in asked:
    question = json.loads(line)
    answer = {"version": 1, "code": 0}
    if question["call"] in ("before", "after"):
        password = asked.read(question["password_bytes"]).decode()
        asked.readline()
        if question["call"] == "before" and len(password) < 12:
            answer.update(code=1, message="Use twelve characters or more.")
    answers.write(json.dumps(answer).encode() + b"\n")
    answers.flush()
