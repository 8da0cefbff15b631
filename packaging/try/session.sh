#!/bin/sh
# A session on a display of its own: first-time use, a form that is filled, a window that is opened.
set -eu
[ -n "${DBUS_SESSION_BUS_ADDRESS:-}" ] || {
    export XDG_RUNTIME_DIR=/tmp/runtime
    mkdir -m 700 "$XDG_RUNTIME_DIR"
    exec dbus-run-session -- sh -eu "$0"
}
password=Ladder-41-Quince secret='Oak {leaf} 7 "ü"'

# Waits for half a minute at most.
until_is() {
    for _ in $(seq 150); do
        if "$@" >/dev/null 2>&1; then return; fi
        sleep 0.2
    done
    printf 'not within 30 s: %s\n' "$*" >&2
    cat /tmp/*.log >&2
    exit 1
}

Xvfb -displayfd 3 -screen 0 1024x768x24 -nolisten tcp 3>/tmp/display 2>/tmp/xvfb.log &
until_is test -s /tmp/display
DISPLAY=:$(cat /tmp/display)
export DISPLAY
openbox >/tmp/openbox.log 2>&1 &
countersign-agent >/tmp/agent.log 2>&1 &
until_is countersign status
printf '%s\n' "$password" 'a long walk along the northern shore' | countersign enroll
printf '%s\n' "$secret" | countersign logon add org.gnome.zenity.password --name work --set username=anna
answer=$(timeout 60 zenity --password --username --title=Acme 2>/tmp/zenity.log) || {
    countersign why >&2
    exit 1
}
[ "$answer" = "anna|$secret" ] || { echo 'the form was filled with something else' >&2; exit 1; }
countersign why
countersign-windows logons >/tmp/windows.log 2>&1 &
until_is xdotool search --onlyvisible --name Logons
# A picture of a page is many times larger than one of an empty window.
is_drawn() { scrot --overwrite /tmp/screen.png && [ "$(stat -c %s /tmp/screen.png)" -gt 30000 ]; }
until_is is_drawn
countersign doctor || true
