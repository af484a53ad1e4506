"""A receiver of webhooks with the official library.

    python3 receiver.py SECRET [SECRET ...]

prints its host once it listens. POST /1 is verified with the first secret, /2 with the second: 204 when the call is
genuine, 401 when it is not.
"""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

WEBHOOKS = [Webhook(secret) for secret in sys.argv[1:]]


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        webhook = WEBHOOKS[int(self.path[1:]) - 1]
        try:
            # The body as it came: what is parsed and written anew has another signature.
            event = webhook.verify(body, dict(self.headers))
            self.send_response(204 if event["data"]["sequence"] > 0 else 400)
        except WebhookVerificationError:
            self.send_response(401)
        self.end_headers()

    def log_message(self, *_):
        """Says nothing."""


SERVER = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(f"host 127.0.0.1:{SERVER.server_port}", flush=True)
SERVER.serve_forever()
