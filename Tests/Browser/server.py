"""A real server in a folder of its own, on a port of its own."""

import os
import re
import socket
import subprocess
import tempfile
import time
import shutil


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    def __init__(self, program):
        self.program = program
        self.home = tempfile.mkdtemp(prefix="patchbay-browser-")
        self.port = free_port()
        self.address = f"https://127.0.0.1:{self.port}"

    def __enter__(self):
        self.log = open(os.path.join(self.home, "server.log"), "w")
        self.process = subprocess.Popen(
            [self.program, "serve", "--home", self.home, "--listen", f"127.0.0.1:{self.port}"],
            stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        for _ in range(300):
            if self.process.poll() is not None:
                raise RuntimeError("the server ended: " + open(self.log.name).read())
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.1)
        raise RuntimeError("the server does not listen: " + open(self.log.name).read())

    def administrator(self, name):
        """Makes an administrator on the server's own machine, and returns the one-time password."""
        done = subprocess.run(
            [self.program, "admin", "create", name, "--home", self.home], capture_output=True, text=True, timeout=60)
        found = re.search(r"One-time password: (\S+)", done.stdout)
        if not found:
            raise RuntimeError(f"no administrator: {done.stdout}{done.stderr}")
        return found.group(1)

    def command(self, *words):
        """Runs a command of the product's on the server's own machine, and returns what it prints."""
        return self.offline(*words, "--home", self.home)

    def offline(self, *words):
        """Runs a command that asks no server."""
        done = subprocess.run([self.program, *words], capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.home, ignore_errors=True)
