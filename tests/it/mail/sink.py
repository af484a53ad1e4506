"""A mail server for tests: on 127.0.0.1, at a port of its own choice, until its standard input ends.

usage: sink.py tls|starttls|plain|login CERTIFICATE KEY [COMMAND=ANSWER]...

COMMAND is MAIL, RCPT or DATA, ANSWER the whole line to say to it, or `hang` to say nothing any more. `login` is STARTTLS
and takes nothing from anybody but `relais` with the password `swordfish`. It prints one line of JSON for its port, for each
MAIL command that it hears and for each mail that it takes, or has seen and refuses; the mail as Python's own parser reads it.
"""

import asyncio
import email
import email.policy
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


def tell(**what):
    print(json.dumps(what), flush=True)


class Handler:
    def __init__(self, answers):
        self.answers = answers

    async def answer(self, command):
        answer = self.answers.get(command, "250 OK")
        if answer == "hang":
            await asyncio.Event().wait()
        return answer

    async def handle_MAIL(self, server, session, envelope, address, options):
        tell(heard="MAIL", encrypted=server.transport.get_extra_info("sslcontext") is not None)
        envelope.mail_from = address
        return await self.answer("MAIL")

    async def handle_RCPT(self, server, session, envelope, address, options):
        answer = await self.answer("RCPT")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        answer = await self.answer("DATA")
        if answer.startswith("250"):
            tell(mail=read(envelope))
        else:
            tell(refused=read(envelope))
        return answer


def read(envelope):
    message = email.message_from_bytes(envelope.content, policy=email.policy.default)
    parts = list(message.walk())
    return {
        "sender": envelope.mail_from,
        "recipients": envelope.rcpt_tos,
        "length": len(envelope.content),
        "headers": [[name, str(value)] for name, value in message.items()],
        "kinds": [part.get_content_type() for part in parts],
        "charsets": [part.get_content_charset() for part in parts[1:]],
        "texts": [part.get_content() for part in parts[1:]],
        "defects": [str(defect) for part in parts for defect in part.defects],
    }


def authenticate(server, session, envelope, mechanism, data):
    is_known = data.login == b"relais" and data.password == b"swordfish"
    return AuthResult(success=is_known, handled=False)


async def main(transport, certificate, key, answers):
    context = None
    if transport != "plain":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
    loop = asyncio.get_running_loop()
    settings = {"hostname": "sink.example.org", "loop": loop}
    if transport in ("starttls", "login"):
        settings.update(tls_context=context, require_starttls=True)
    if transport == "login":
        settings.update(authenticator=authenticate, auth_required=True)
    handler = Handler(answers)
    server = await loop.create_server(
        lambda: SMTP(handler, **settings), "127.0.0.1", 0, ssl=context if transport == "tls" else None
    )
    tell(port=server.sockets[0].getsockname()[1])
    await loop.run_in_executor(None, sys.stdin.read)
    # Whatever hangs here is not waited for.
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4], dict(pair.split("=", 1) for pair in sys.argv[4:])))
