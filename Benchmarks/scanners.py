"""The same vulnerabilities for three scanners: `patchbay match`, debsecan, and OpenSCAP's evaluation of OVAL.

The packages are those that are installed here; the vulnerabilities are made up, as many and as unevenly spread as the
pending updates of a Debian 12 server have: 3,380 pairs of source and CVE, of which chromium and firefox have most.
"""

import collections
import json
import os
import subprocess
import xml.sax.saxutils
import zlib

# How many CVEs each source has, the largest first: 41 sources, 3,380 pairs.
SPREAD = [2027, 846, 97, 72, 56, 40, 32, 28, 24, 20, 16, 12, 10, 9, 8, 7, 6, 6, 5, 5, 5, 4, 4, 4, 4, 3, 3, 3, 3, 3,
          2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1]
PAIRS = sum(SPREAD)


def escape(text):
    return xml.sax.saxutils.escape(text, {'"': "&quot;"})


class Data:
    """What is installed, and what is said of it; one set of pairs in three formats."""

    def __init__(self):
        fields = "${Package}\t${Version}\t${source:Package}\t${source:Version}\t${Architecture}\t${db:Status-Status}\n"
        text = subprocess.run(["/usr/bin/dpkg-query", "-W", "-f", fields], capture_output=True, text=True,
                              check=True).stdout
        rows = [line.split("\t") for line in text.splitlines()]
        self.installed = [row[:5] for row in rows if row[5] == "installed"]
        self.codename = "bookworm"
        with open("/etc/os-release") as file:
            self.release = dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)
        self.codename = self.release.get("VERSION_CODENAME", self.codename)
        self.binaries = collections.defaultdict(list)
        versions = {}
        for name, _, source, version, _ in self.installed:
            self.binaries[source].append(name)
            versions[source] = version
        # Signed kernels are left out: debsecan and the tracker count them differently (docs/matching.md).
        sources = sorted(source for source in versions if not source.startswith("linux"))
        step = max(1, len(sources) // len(SPREAD))
        chosen = [sources[place * step % len(sources)] for place in range(len(SPREAD))]
        self.pairs, number = [], 10000
        for source, count in zip(chosen, SPREAD):
            for _ in range(count):
                # Each is mended by one update or another, and none of them is installed.
                self.pairs.append((source, f"CVE-2025-{number}", f"{versions[source]}+deb12u{number % 7 + 1}"))
                number += 1

    def inventory(self):
        unquoted = {key: value.strip('"') for key, value in self.release.items()}
        return json.dumps({
            "endpoint": {"os": {"id": unquoted.get("ID"), "versionId": unquoted.get("VERSION_ID"),
                                "codename": self.codename}},
            "packages": [{"manager": "apt", "name": name, "version": version, "architecture": architecture,
                          "source": source, "sourceVersion": source_version}
                         for name, version, source, source_version, architecture in self.installed]})

    def tracker(self):
        feed = collections.defaultdict(dict)
        for source, cve, fix in self.pairs:
            feed[source][cve] = {"description": "Made up.", "scope": "remote", "releases": {self.codename: {
                "status": "resolved", "repositories": {self.codename: "0"}, "fixed_version": fix,
                "urgency": "medium"}}}
        return json.dumps(feed)

    def debsecan(self):
        cves = sorted({cve for _, cve, _ in self.pairs})
        place = {cve: number for number, cve in enumerate(cves)}
        sources = self.sources()
        lines = ["VERSION 1"] + [f"{cve},,Made up." for cve in cves] + [""]
        lines += [f"{source},{place[cve]},SMRF,{fix}," for source, cve, fix in self.pairs] + [""]
        lines += [f"{source},{' '.join(sorted(names))}" for source, names in sorted(self.binaries.items())
                  if source in sources]
        return zlib.compress(("\n".join(lines) + "\n").encode())

    def sources(self):
        return {source for source, _, _ in self.pairs}

    def oval(self):
        names = sorted({name for source in self.sources() for name in self.binaries[source]})
        number = {name: place for place, name in enumerate(names, 1)}
        objects = [f'<lin:dpkginfo_object id="oval:bench:obj:{number[name]}" version="1"><lin:name>{escape(name)}'
                   "</lin:name></lin:dpkginfo_object>" for name in names]
        definitions, tests, states = [], [], []
        for place, (source, cve, fix) in enumerate(self.pairs, 1):
            criteria = []
            for name in self.binaries[source]:
                test = len(tests) + 1
                evr = fix if ":" in fix else f"0:{fix}"
                states.append(
                    f'<lin:dpkginfo_state id="oval:bench:ste:{test}" version="1"><lin:evr datatype="debian_evr_string" '
                    f'operation="less than">{escape(evr)}</lin:evr></lin:dpkginfo_state>')
                tests.append(
                    f'<lin:dpkginfo_test check="all" check_existence="at_least_one_exists" comment="{escape(name)}" '
                    f'id="oval:bench:tst:{test}" version="1"><lin:object object_ref="oval:bench:obj:{number[name]}"/>'
                    f'<lin:state state_ref="oval:bench:ste:{test}"/></lin:dpkginfo_test>')
                criteria.append(f'<criterion comment="{escape(name)}" test_ref="oval:bench:tst:{test}"/>')
            definitions.append(
                f'<definition class="vulnerability" id="oval:bench:def:{place}" version="1"><metadata><title>{cve}'
                '</title><affected family="unix"><platform>Debian GNU/Linux</platform></affected>'
                f'<reference ref_id="{cve}" source="CVE"/><description>Made up.</description></metadata>'
                f'<criteria operator="OR">{"".join(criteria)}</criteria></definition>')
        base = "http://oval.mitre.org/XMLSchema/oval"
        return (
            '<?xml version="1.0"?><oval_definitions '
            f'xmlns="{base}-definitions-5" xmlns:oval="{base}-common-5" xmlns:lin="{base}-definitions-5#linux">'
            "<generator><oval:schema_version>5.11.2</oval:schema_version><oval:timestamp>2026-01-01T00:00:00"
            f'</oval:timestamp></generator><definitions>{"".join(definitions)}</definitions>'
            f'<tests>{"".join(tests)}</tests><objects>{"".join(objects)}</objects>'
            f'<states>{"".join(states)}</states></oval_definitions>')

    def write(self, folder):
        place = os.path.join(folder, "release", "1")
        os.makedirs(place, exist_ok=True)
        for name, content in {
            "inventory.json": self.inventory(), "tracker.json": self.tracker(), "oval.xml": self.oval(),
            os.path.join("release", "1", self.codename): self.debsecan(),
        }.items():
            mode = "wb" if isinstance(content, bytes) else "w"
            with open(os.path.join(folder, name), mode) as file:
                file.write(content)


def unpacked(package, program, folder):
    """A program of a Debian package, and what it needs to run from where it is unpacked; nothing is installed.

    The package and what it needs come from the archives that this machine's apt knows. `None` where they do not.
    """
    place = os.path.join(folder, "unpacked")
    os.makedirs(place, exist_ok=True)
    asked = subprocess.run(["/usr/bin/apt-get", "install", "--no-install-recommends", "--simulate", "-qq", package],
                           capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    names = [line.split()[1] for line in asked.stdout.splitlines() if line.startswith("Inst ")]
    if asked.returncode != 0 or not names:
        return None
    got = subprocess.run(["/usr/bin/apt-get", "download", "-qq", *names], cwd=place, capture_output=True)
    if got.returncode != 0:
        return None
    for name in sorted(os.listdir(place)):
        if name.endswith(".deb"):
            subprocess.run(["/usr/bin/dpkg-deb", "-x", os.path.join(place, name), place], check=True)
    libraries = [root for root, _, files in os.walk(place) if any(".so" in file for file in files)]
    found = os.path.join(place, "usr", "bin", program)
    share = os.path.join(place, "usr", "share", "openscap")
    environment = {"LD_LIBRARY_PATH": ":".join(libraries), "OSCAP_SCHEMA_PATH": os.path.join(share, "schemas"),
                   "OSCAP_XSLT_PATH": os.path.join(share, "xsl"), "OSCAP_CPE_PATH": os.path.join(share, "cpe")}
    return (found, environment) if os.path.exists(found) else None
