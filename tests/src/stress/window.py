"""A logon form of GTK 3, with the title of the first argument, amid what the second one makes of it. Prints its process number, and at
OK `window|busy|user|password`: the window as X knows it, and for how many microseconds the program answered nobody, because it was
making its windows. Ends with its standard input.

alone: a form and nothing else.
dies: a form whose program dies as soon as something is written into it.
many: a form at the head of a window with 3,000 other controls.
redraw: a form in a window that makes a part of itself anew 100 times a second.
windows: 200 windows within a second; the form is in the hundredth.
alike: the same, and all of them have titles that begin as the form's does.
"""
import os
import sys
import time

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("GdkX11", "3.0")
from gi.repository import GdkX11, GLib, Gtk

GROUPS = 30
ROWS = 25
REDRAW_MS = 10
WINDOWS = 200
WINDOW_MS = 5
TICK_MS = 2
PAUSE_S = 0.03
WATCHED_S = 1

title, scene = sys.argv[1:3]


def form():
    box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
    user, password = Gtk.Entry(), Gtk.Entry(visibility=False)
    button = Gtk.Button(label="OK")

    def answer(_button):
        window = box.get_toplevel().get_window()
        told = [window.get_xid(), busy_us, user.get_text(), password.get_text()]
        print("|".join(map(str, told)), flush=True)
        box.destroy()

    if scene == "dies":
        user.connect("changed", lambda _user: os._exit(1))
    button.connect("clicked", answer)
    for widget in (user, password, button):
        box.add(widget)
    return box


def top(name, *inside):
    window = Gtk.Window(title=name, default_width=640, default_height=480)
    window.connect("destroy", Gtk.main_quit)
    box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
    for widget in inside:
        box.add(widget)
    window.add(box)
    return window


def many():
    groups = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
    for group in range(GROUPS):
        grid = Gtk.Grid()
        for row in range(ROWS):
            cells = [
                Gtk.Label(label=f"Article {group}.{row}"),
                Gtk.Entry(text=str(row)),
                Gtk.CheckButton(label="In stock"),
                Gtk.Button(label="Order"),
            ]
            for column, cell in enumerate(cells):
                grid.attach(cell, column, row, 1, 1)
        frame = Gtk.Frame(label=f"Group {group}")
        frame.add(grid)
        groups.add(frame)
    scrolled = Gtk.ScrolledWindow(expand=True)
    scrolled.add(groups)
    return scrolled


def redrawn():
    box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)

    def redraw():
        for child in box.get_children():
            child.destroy()
        for number in range(5):
            box.add(Gtk.Label(label=f"Line {number}"))
        box.show_all()
        return True

    GLib.timeout_add(REDRAW_MS, redraw)
    return box


def windows():
    shown = []

    def show():
        here = len(shown) + 1
        form_here = here == WINDOWS // 2
        other = f"{title if scene == 'alike' else 'Document'} {here}"
        one = top(title, form()) if form_here else top(other, Gtk.Label(label=f"Page {here}"))
        one.show_all()
        shown.append(one)
        return here < WINDOWS

    GLib.timeout_add(WINDOW_MS, show)


def free():
    """Notes when the program last answered nobody for longer than a few of these ticks."""
    global busy_us, tick
    now = time.monotonic()
    if now - tick > PAUSE_S:
        busy_us = round((now - shown) * 1_000_000)
    tick = now
    return now - shown < WATCHED_S


print(os.getpid(), flush=True)
GLib.io_add_watch(0, GLib.IO_HUP, lambda *_: Gtk.main_quit())
busy_us = 0
if scene in ("alone", "dies"):
    top(title, form()).show_all()
elif scene == "many":
    top(title, form(), many()).show_all()
elif scene == "redraw":
    top(title, form(), redrawn()).show_all()
elif scene in ("windows", "alike"):
    windows()
else:
    sys.exit(f"there is no scene {scene}")
shown = tick = time.monotonic()
GLib.timeout_add(TICK_MS, free)
Gtk.main()
