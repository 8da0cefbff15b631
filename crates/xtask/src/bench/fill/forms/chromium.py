"""A logon page in a window of Chromium. Prints `ready` when the page is there, and `user|password` when it is sent."""
import html
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

PAGE = """<!doctype html>
<meta charset="utf-8">
<title>Starting</title>
<form>
<label>User <input name="user" autocomplete="off" autofocus></label>
<label>Password <input name="password" type="password" autocomplete="off"></label>
<button>OK</button>
</form>
<script>
const form = document.forms[0];
const send = (path, body) => fetch(path, {method: "POST", body});
form.onsubmit = event => {
    event.preventDefault();
    send("/sent", new URLSearchParams(new FormData(form)));
};
// A page takes no input before it has been painted once.
onload = () => requestAnimationFrame(() => requestAnimationFrame(() => {
    form.user.focus();
    document.title = "TITLE";
    send("/ready");
}));
</script>
"""


class Page(BaseHTTPRequestHandler):
    def answer(self, text):
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.answer(PAGE.replace("TITLE", html.escape(sys.argv[1])))

    def do_POST(self):
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if self.path == "/ready":
            print("ready", flush=True)
        else:
            print("|".join(sent.get(name, [""])[0] for name in ("user", "password")), flush=True)
            os.kill(browser, signal.SIGTERM)
        self.answer("")

    def log_message(self, *_):
        pass


def parent(pid):
    with open(f"/proc/{pid}/stat") as stat:
        return int(stat.read().rpartition(")")[2].split()[1])


server = HTTPServer(("127.0.0.1", 0), Page)
browser, shell = os.getpid(), os.getppid()
# The window is to be the shell's own child's, as that of the other forms.
if os.fork() == 0:
    server.timeout = 1
    while os.getppid() == browser:
        if parent(browser) != shell:
            # Nobody waits for the form any more.
            os.kill(browser, signal.SIGKILL)
        server.handle_request()
    os._exit(0)
quiet = os.open(os.devnull, os.O_WRONLY)
os.dup2(quiet, 1)
os.dup2(quiet, 2)
profile = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"profile-{browser}")
os.execvp("chromium", [
    "chromium", f"--app=http://127.0.0.1:{server.server_port}/", f"--user-data-dir={profile}",
    "--force-renderer-accessibility", "--password-store=basic", "--no-first-run", "--no-default-browser-check",
    # The laboratory gives no privileges and no device that the sandbox or the graphics card's process could use.
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
])
