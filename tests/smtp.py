"""A real SMTP server on loopback, for tests: it keeps what it takes and refuses what it is told to."""

from contextlib import contextmanager
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller

from napwps.embedded.processes import free_port


class Mailbox:
    """What the server has taken, in order. refuse: address → the answer that it gets instead of 250."""

    def __init__(self):
        self.messages = []
        self.connections = 0
        self.refuse = {}

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = message_from_bytes(envelope.content, policy=policy.default)
        message.recipients = list(envelope.rcpt_tos)
        self.messages.append(message)
        return "250 OK"

    def to(self, address):
        return [one for one in self.messages if address in one.recipients]


def part(message, kind):
    """The text of one alternative: "plain" or "html"."""
    return message.get_body(preferencelist=(kind,)).get_content()


@contextmanager
def smtp_server(port=None):
    """Runs the server; yields (port, its Mailbox)."""
    mailbox, port = Mailbox(), port or free_port()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port, mailbox
    finally:
        controller.stop()


def use(settings, port):
    """Makes Django send there."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_TIMEOUT = 10
