"""An endpoint that exists only as messages: it speaks the agents' protocol with a real server, so that pages have something to show.

What it "installs" is its own memory. The key, the assertions and the inventory's canonical text are made here from the protocol's description, not
with the product's own code."""

import base64
import hashlib
import http.client
import json
import os
import ssl
import time
from datetime import datetime, timezone

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def unpadded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def now(offset=0):
    instant = datetime.fromtimestamp(time.time() + offset, timezone.utc)
    return instant.strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03}Z"


class EnrolmentToken:
    """The line that the dashboard shows once: addresses, secret and the server's certificate."""

    def __init__(self, text):
        line = text.strip().removeprefix("pbe1.")
        data = base64.urlsafe_b64decode(line + "=" * (-len(line) % 4))
        place = 1
        self.addresses = []
        for _ in range(data[0]):
            size = data[place]
            self.addresses.append(data[place + 1:place + 1 + size].decode())
            place += 1 + size
        self.secret = data[place:place + 32]
        size = int.from_bytes(data[place + 32:place + 34], "big")
        self.certificate = data[place + 34:place + 34 + size]
        self.fingerprint = "sha256:" + hashlib.sha256(self.certificate).hexdigest()


class Endpoint:
    def __init__(self, token, port, name, packages, updates, reboot=(), sources=None):
        self.token, self.port, self.name = token, port, name
        self.packages = dict(packages)
        self.updates = list(updates)
        self.reboot = list(reboot)
        self.sources = sources or [
            {"name": "http://deb.example.org/debian bookworm main", "state": "ok", "refreshedAt": now(-600)}
        ]
        self.key = Ed25519PrivateKey.generate()
        self.context = ssl.create_default_context(cadata=token.certificate)
        self.access = None

    def call(self, method, path, body, raw=False):
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.context, timeout=30)
        headers = {"patchbay-protocol": "1", "content-type": "application/json"}
        if self.access:
            headers["authorization"] = "Bearer " + self.access
        connection.request(method, path, body if raw else json.dumps(body).encode(), headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {text}")
        return json.loads(text) if text else None

    def facts(self):
        return {
            "hostname": self.name,
            "os": {"id": "debian", "versionId": "12", "name": "Debian GNU/Linux 12 (bookworm)",
                   "codename": "bookworm", "idLike": []},
            "kernel": "6.1.0-40-amd64", "bootId": "boot-" + self.name, "timeZone": "Europe/Berlin",
            "architecture": "amd64",
            "hardware": {"processor": "Example 8", "processorCount": 4, "memoryBytes": 8_200_000_000,
                         "model": "KVM virtual machine"},
            "virtualization": {"kind": "kvm", "isContainer": False},
            "power": {"onMains": True},
            "disks": [{"mountPoint": "/", "freeBytes": 12_400_000_000, "totalBytes": 41_900_000_000}],
            "usersLoggedIn": [],
            "machineFingerprint": hashlib.sha256(self.name.encode()).hexdigest(),
        }

    def enrol(self):
        public = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        message = (b"patchbay enrol v1\n" + hashlib.sha256(self.token.secret).hexdigest().encode() + public)
        answer = self.call("POST", "/agent/v1/enrol", {
            "token": unpadded(self.token.secret),
            "publicKey": base64.b64encode(public).decode(),
            "proof": base64.b64encode(self.key.sign(message)).decode(),
            "facts": self.facts(),
        })
        self.id = answer["endpoint"]
        claims = {"iss": self.id, "sub": self.id, "aud": self.token.fingerprint, "iat": int(time.time()),
                  "exp": int(time.time()) + 60, "jti": unpadded(os.urandom(16))}
        signed = unpadded(b'{"alg":"EdDSA"}') + "." + unpadded(json.dumps(claims).encode())
        assertion = signed + "." + unpadded(self.key.sign(signed.encode()))
        self.access = self.call("POST", "/agent/v1/token", {"assertion": assertion})["accessToken"]

    def scan(self):
        lines = "".join(
            f"apt\t{name}\tamd64\t{version}\t{name}\t{version}\n"
            for name, version in sorted(self.packages.items()))
        digest = hashlib.sha256(lines.encode()).hexdigest()
        posture = {
            "endpoint": self.facts(), "sources": self.sources,
            "updates": [
                {"manager": "apt", "name": name, "architecture": "amd64", "installed": self.packages[name],
                 "candidate": candidate, "classes": classes, "origin": "Debian-Security:12/stable-security",
                 "installability": installability, "bytes": 1_240_000}
                for name, candidate, classes, installability in self.updates],
            "reboot": {"required": bool(self.reboot), "signals": self.reboot},
            "restarts": [], "unparsed": [],
        }
        whole = json.dumps(posture, sort_keys=True).encode()
        self.call("PUT", "/agent/v1/inventories/" + digest, lines.encode(), raw=True)
        self.call("POST", "/agent/v1/scan", {
            "scannedAt": now(), "inventoryDigest": digest,
            "postureDigest": hashlib.sha256(whole + os.urandom(8)).hexdigest(), "posture": posture,
        })

    def collect(self, seconds=10):
        return self.call("POST", "/agent/v1/work", {"waitSeconds": seconds}).get("order")

    def progress(self, order, phase, sentence, percent=None):
        step = {"phase": phase, "sentence": sentence, "at": now()}
        if percent is not None:
            step["percent"] = percent
        self.call("POST", f"/agent/v1/jobs/{order['job']}/progress", step)

    def log(self, order, text, offset=0):
        self.call("POST", f"/agent/v1/jobs/{order['job']}/log",
                  {"offset": offset, "text": text, "length": len(text.encode())})

    def finish(self, order, failure=None, sentence=None, way_back=None, snapshot=None):
        """Installs what was ordered, or fails for a reason; scans, and reports."""
        outcomes = []
        for update in order["updates"]:
            if failure is None:
                self.packages[update["name"]] = update["to"]
                self.updates = [each for each in self.updates if each[0] != update["name"]]
            outcome = {
                "update": update, "state": "failed" if failure else "verified",
                "versionAfter": self.packages[update["name"]],
                "sentence": sentence or f"A fresh scan shows {update['name']} {update['to']}.",
            }
            if failure:
                outcome["failure"] = failure
            if way_back:
                outcome["wayBack"] = way_back
            outcomes.append(outcome)
        self.scan()
        result = {"outcomes": outcomes, "cancelledBeforeStart": False, "notes": []}
        if snapshot:
            result["snapshot"] = snapshot
        self.call("POST", f"/agent/v1/jobs/{order['job']}/result", result)
