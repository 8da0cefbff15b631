"""A logon form of GTK 3. OK, or Return in the password, prints `user|password`; with "stay" as second argument it then is empty again."""
import sys

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk


def answer(_widget):
    print(user.get_text() + "|" + password.get_text(), flush=True)
    if "stay" in sys.argv[2:]:
        user.set_text("")
        password.set_text("")
        user.grab_focus()
    else:
        Gtk.main_quit()


window = Gtk.Window(title=sys.argv[1])
box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
user = Gtk.Entry(activates_default=True)
password = Gtk.Entry(visibility=False, activates_default=True)
button = Gtk.Button(label="OK", can_default=True)
for widget in (user, password, button):
    box.add(widget)
window.add(box)
window.set_default(button)
button.connect("clicked", answer)
window.connect("destroy", Gtk.main_quit)
window.show_all()
Gtk.main()
