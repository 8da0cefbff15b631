"""A logon form of GTK 4. OK, or Return in the password, prints `user|password`."""
import sys

import gi

gi.require_version("Gtk", "4.0")
from gi.repository import GLib, Gtk


def answer(_widget):
    print(user.get_text() + "|" + password.get_text(), flush=True)
    loop.quit()


loop = GLib.MainLoop()
window = Gtk.Window(title=sys.argv[1])
box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
user = Gtk.Entry(activates_default=True)
password = Gtk.PasswordEntry(activates_default=True)
button = Gtk.Button(label="OK")
for widget in (user, password, button):
    box.append(widget)
window.set_child(box)
window.set_default_widget(button)
button.connect("clicked", answer)
window.present()
loop.run()
