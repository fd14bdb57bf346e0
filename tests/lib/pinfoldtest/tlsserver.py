# SPDX-License-Identifier: LGPL-2.1-or-later
# SPDX-FileCopyrightText: 2026 The Pinfold authors
"""A web server on this machine that wants a certificate of its clients."""

import socket
import ssl
import threading

from .wait import PATIENCE, wait_for

_PAGE = ('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n'
         'Connection: close\r\nCache-Control: no-store\r\n\r\n{body}')
# The icon keeps browsers from asking for one: that would be one more handshake.
_BODY = '<!DOCTYPE html><link rel="icon" href="data:,"><title>Hello {who}</title>'


class TlsServer:
    """Every connection is a full handshake: no session is taken up again.

    visits: the client's name of each request that was answered, in their order. handshakes: how
    many succeeded, also where no request came then. failures: why others did not.
    """

    def __init__(self, box, authority):
        path = box.dir / f"tls-server-{id(self)}.pem"
        authority.issue_server(path)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(path)
        self._context.load_verify_locations(authority.path)
        self._context.verify_mode = ssl.CERT_REQUIRED
        self._context.options |= ssl.OP_NO_TICKET
        self._context.num_tickets = 0
        self.visits, self.failures, self.handshakes = [], [], 0
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.port = self._listener.getsockname()[1]
        self.url = f"https://127.0.0.1:{self.port}/"
        threading.Thread(target=self._serve, daemon=True).start()
        box.on_close(self._close)

    def _close(self):
        # Wakes accept(), which close() alone does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        # A person may be asked for a PIN meanwhile.
        connection.settimeout(60 * PATIENCE)
        try:
            with self._context.wrap_socket(connection, server_side=True) as tls:
                with self._lock:
                    self.handshakes += 1
                names = dict(pair for ((pair,)) in tls.getpeercert()["subject"])
                if not self._read_request(tls):
                    return
                body = _BODY.format(who=names["commonName"])
                self.visits.append(names["commonName"])
                tls.sendall(_PAGE.format(length=len(body), body=body).encode())
        except (OSError, ValueError) as error:
            self.failures.append(str(error))

    @staticmethod
    def _read_request(tls):
        """Whether one came: a browser opens connections in case it needs them."""
        request = b""
        while b"\r\n\r\n" not in request:
            data = tls.recv(65536)
            if not data:
                return False
            request += data
        return True

    def wait_visits(self, count, timeout=20):
        wait_for(lambda: len(self.visits) >= count, timeout, f"{count} visits")
