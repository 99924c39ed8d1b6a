import Fleet
import TestSupport
import Testing

@testable import ToolOutputs

struct LinuxReaderTests {
    @Test func `a list in colours, with progress and ends of Windows, is read as it looks`() {
        let text =
            "Listing... 50%\rListing... Done\r\n"
            + "\u{1B}[32mapt\u{1B}[0m/stable 2.6.2 amd64 [upgradable from: 2.6.1]\r\n"
        let reading = ToolOutput.aptListUpgradable.read(Array(text.utf8))
        #expect(reading.updates.map(\.name) == ["apt"] && reading.unparsed.isEmpty)
    }

    @Test func `pacman's rows are read, with those it would leave out`() {
        let found = reading(
            .pacmanQu,
            """
            :: Synchronizing package databases...
            glibc 2.40+r16+gaa533d58ff-2 -> 2.40+r29-1
            grub 2:2.12-2 -> 2:2.12.r226.g56ccc5ed-1
            linux 6.10.10.arch1-1 -> 6.11.1.arch1-1 [ignoriert]
            """)
        #expect(found.unparsed.isEmpty && found.updates.map(\.isHeld) == [nil, nil, true])
        #expect(found.shown[1] == "grub 2:2.12-2 > 2:2.12.r226.g56ccc5ed-1")
    }

    @Test(arguments: [
        "curl", "error: target not found: x",
        "warning: database file for 'core' does not exist (use '-Sy' to download)", "a 1 -> 2",
        "a 1-1 => 2-1", "-a 1-1 -> 2-1",
        "a 1-1 -> 2-1 more",
    ])
    func `what is no row of pacman is shown`(line: String) {
        #expect(reading(.pacmanQu, line).unparsed == [line])
    }

    @Test func `apk's comparisons and listings are read`() {
        let found = reading(
            .apkVersion,
            """
            Installed:                                Available:
            libcrypto1.0-1.0.1q-r0                  < 1.0.2m-r0
            ntp-4.2.8_p17-r0                        < 4.2.8_p18-r1 @edge
            same-1-r0                               = 1-r0
            newer-2-r0                              > 1-r0
            gone-1.0_rc1-r0                         ?
            .build-deps-20260101.000000             = 20260101.000000
            busybox-1.36.1-r29 x86_64 {busybox} (GPL-2.0-only) [upgradable from: busybox-1.36.1-r28]
            """)
        #expect(found.unparsed.isEmpty, "\(found.unparsed)")
        #expect(
            found.shown == [
                "libcrypto1.0 1.0.1q-r0 > 1.0.2m-r0", "ntp 4.2.8_p17-r0 > 4.2.8_p18-r1",
                "busybox 1.36.1-r28 > 1.36.1-r29",
            ])
        #expect(found.updates[1].origin == "@edge")
        #expect(found.packages.map(\.name) == ["same", "newer", "gone", ".build-deps"])
    }

    @Test(arguments: [
        "ERROR: unable to lock database",
        "WARNING: Ignoring https://x.example.org/main: No such file or directory", "a-1-r0 < ",
        "a < 1-r0", "-a-1-r0 < 2-r0",
        "a-1-r0 ~ 2-r0", "firefox-120.0-r0",
    ])
    func `what is no row of apk is shown`(line: String) {
        #expect(!reading(.apkVersion, line).unparsed.isEmpty)
    }

    @Test(arguments: [
        "Name     Version  Rev   Size    Publisher    Notes\nfirefox  157.0.1  9036  275MB   mozilla✓     held\n",
        "Name     Version  Rev   Herausgeber     Hinweise\nfirefox  157.0.1  9036  mozilla**  classic,held\n",
    ])
    func `snap's table is read with and without sizes`(text: String) {
        let found = reading(.snapRefreshList, text)
        #expect(found.unparsed.isEmpty && found.shown == ["firefox - > 157.0.1"])
        #expect(found.updates.first?.isHeld == true)
        #expect(found.updates.first?.details?["publisher"] == "mozilla")
    }

    @Test(arguments: ["All snaps up to date.", ""])
    func `snap's words for nothing are read`(text: String) {
        #expect(reading(.snapRefreshList, text).unparsed.isEmpty)
    }

    @Test(arguments: [
        "error: cannot list updates", "Firefox 1 2 3MB x -",
        "firefox 157.0.1 latest 275MB mozilla -",
    ])
    func `what is no row of snap is shown`(line: String) {
        #expect(reading(.snapRefreshList, line).unparsed == [line])
    }

    @Test(arguments: [
        ("GIMP\torg.gimp.GIMP\t2.10\tstable\tx86_64\n", "2.10", "stable", "GIMP"),
        ("GIMP\torg.gimp.GIMP\t\tstable\tx86_64\n", "", "stable", "GIMP"),
        (
            "org.gimp.GIMP\tstable\t2.10\tbbd6d06bab58\tflathub\t391 bytes\tapp/org.gimp.GIMP/x86_64/stable\n",
            "2.10", "stable", nil
        ),
        ("app/org.gimp.GIMP/x86_64/stable\n", "", "stable", nil),
        ("org.gimp.GIMP\t2.10\n", "2.10", nil, nil),
        (
            "Name            Application ID   Version   Branch   Arch\nGNU Image Editor  org.gimp.GIMP    2.10      stable   x86_64\n",
            "2.10", "stable", "GNU Image Editor"
        ),
    ])
    func `flatpak's columns are known by what they hold`(
        text: String, version: String, branch: String?, title: String?
    ) {
        let found = reading(.flatpakUpdates, text)
        #expect(found.unparsed.isEmpty, "\(found.unparsed)")
        #expect(
            found.updates.map(\.name) == ["org.gimp.GIMP"]
                && found.updates.map(\.candidate) == [version])
        #expect(
            found.updates.first?.details?["branch"] == branch
                && found.updates.first?.displayName == title)
    }

    @Test(arguments: ["error: Unknown option --json", "org.gimp.GI…\tstable", "This is no row."])
    func `what is no row of flatpak is shown`(line: String) {
        #expect(reading(.flatpakUpdates, line).unparsed == [line])
    }

    private static let firmware = """
        WARNING: UEFI capsule updates not available or enabled in firmware setup
        {"Devices": [{"Name": "UEFI dbx", "DeviceId": "362301da643102b9f38477387e2193e57abaa590", "Version": "0",
          "Flags": ["needs-reboot"], "Releases": [
            {"Version": "26", "Issues": ["CVE-2022-21894", "309662"], "Size": 4610, "Urgency": "high", "Flags": ["is-upgrade"]},
            {"Version": "22", "Issues": ["CVE-2023-28005"], "Flags": ["is-upgrade"]}]},
         {"Name": "None", "DeviceId": "08d460be0f1f9f128413f816022a6439e0078018", "Version": "1"}, {"Name": "bad"}]}
        """

    @Test func `firmware is named by the part that it is for`() {
        let found = reading(.fwupdJSON, Self.firmware)
        #expect(found.shown == ["362301da643102b9f38477387e2193e57abaa590 0 > 26"])
        let update = found.updates.first
        #expect(
            update?.displayName == "UEFI dbx" && update?.severity == .important
                && update?.bytes == 4610)
        #expect(
            update?.vulnerabilities == ["CVE-2022-21894", "CVE-2023-28005"]
                && update?.needsRestart == true)
        #expect(found.packages.count == 1 && found.unparsed == ["{\"Name\": \"bad\"}"])
    }

    @Test func `fwupd's answer that there is nothing is no fault, and any other error is`() {
        #expect(
            reading(.fwupdJSON, #"{"Error": {"Code": 9, "Message": "No updates"}}"#).unparsed
                .isEmpty)
        #expect(
            reading(.fwupdJSON, #"{"Error": {"Code": 10, "Message": "No daemon"}}"#).unparsed == [
                "No daemon"
            ])
        #expect(reading(.fwupdJSON, "").unparsed == [""])
    }

    @Test func `needrestart's keys are read`() {
        let found = reading(
            .needrestartB,
            """
            Scanning processes...
            NEEDRESTART-VER: 3.11
            NEEDRESTART-KCUR: 6.1.0-1-amd64
            NEEDRESTART-KEXP: 6.1.0-2-amd64
            NEEDRESTART-KSTA: 3
            NEEDRESTART-UCSTA: 1
            NEEDRESTART-SVC: systemd-journald.service
            NEEDRESTART-SVC: getty@tty1.service
            NEEDRESTART-CONT: LXC web1
            NEEDRESTART-SESS: root @ session #28017
            """)
        #expect(
            found.unparsed.isEmpty && found.restarts?.kernel == .newer
                && found.restarts?.microcode == ToolRestarts.Pending.none)
        #expect(found.restarts?.services == ["systemd-journald.service", "getty@tty1.service"])
        #expect(found.restarts?.containers == ["LXC web1"] && found.restarts?.sessions.count == 1)
        #expect(found.fields?["NEEDRESTART-KEXP"] == "6.1.0-2-amd64")
    }

    @Test(arguments: [
        "", "NEEDRESTART-KSTA: 7\nNEEDRESTART-VER: 3", "NEEDRESTART-VER 3",
        "Failed to check for processor microcode upgrades.",
    ])
    func `what is no answer of needrestart is shown`(text: String) {
        #expect(!reading(.needrestartB, text).unparsed.isEmpty)
    }

    @Test(
        .requires(.sharedData),
        arguments: [
            (ToolOutput.pacmanQu, "tool-outputs-live/pacman/pacman-Qu.out", 13),
            (.pacmanQu, "tool-outputs-live/pacman/pacman-Qu-after.out", 2),
            (.pacmanQu, "tool-outputs/mpm/pacman-L161.txt", 2),
            (.apkVersion, "tool-outputs/apk/apk-version-vuls.txt", 3),
            (.apkVersion, "tool-outputs/apk/apk-list-upgradable-vuls.txt", 6),
            (.apkVersion, "tool-outputs/mpm/apk-L129.txt", 2),
            (.snapRefreshList, "tool-outputs/snap/refresh-list-22.04.txt", 3),
            (.snapRefreshList, "tool-outputs/mpm/snap-L114.txt", 1),
            (.flatpakUpdates, "tool-outputs-live/flatpak/flatpak-remote-ls-updates.out", 3),
            (.flatpakUpdates, "tool-outputs-live/flatpak/flatpak-remote-ls-updates-cols.out", 3),
            (.flatpakUpdates, "tool-outputs/mpm/flatpak-L143.txt", 2),
            (.fwupdJSON, "tool-outputs-live/fwupdtool/fwupdtool-get_updates_json.out", 1),
            (.fwupdJSON, "tool-outputs/mpm/fwupd-L365.txt", 1),
            (.needrestartB, "tool-outputs-live/needrestart/needrestart-b.out", 0),
            (.needrestartB, "tool-outputs-live/needrestart/needrestart-b-l.out", 0),
        ])
    func `recorded output is read whole`(tool: ToolOutput, file: String, updates: Int) throws {
        let found = tool.read(try shared(file))
        #expect(found.unparsed.isEmpty, "\(found.unparsed)")
        #expect(found.updates.count == updates)
    }

    @Test func `apt's words around its steps are known, and others are shown`() {
        let found = reading(
            .aptGetSimulate,
            """
            NOTE: This is only a simulation!
                  apt-get needs root privileges for real execution.
                  Keep also in mind that locking is deactivated,
                  so don't depend on the relevance to the real current situation!
            Reading package lists... Done
            bash is already the newest version (5.2.15-2).
            Version choisie « 2.0 » (Debian:12/stable [amd64]) pour « a1 »
            The following packages will be upgraded:
              a1 b2 (1.0 => 2.0)
            1 standard LTS security update
            Inst a1 [1.0] (2.0 Debian:12/stable [amd64])
            Conf a1 (2.0 Debian:12/stable [amd64])
            1 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.
            Nobody knows what this is
            """)
        #expect(
            found.shown == ["a1 1.0 > 2.0"] && found.unparsed == ["Nobody knows what this is"],
            "\(found.unparsed)")
    }

    @Test(
        arguments: [
            (
                "Nvidia  org.freedesktop.Platform.GL.nvidia-550-54-14        1.4     x86_64\n", "",
                "1.4",
                nil, nil
            ),
            ("org.mozilla.firefox\tstable\norg.gnome.Platform\t46\n", "", "stable", nil, nil),
            (
                "Ref\tCommit\tRemote\norg.gnome.Platform/x86_64/46\t1234567890ab\tflathub\n",
                "1234567890ab", "46", "flathub", nil
            ),
            (
                " 1.     org.gnome.Platform    45      u    flathub    < 374.0 MB (partial)\n", "",
                "45",
                "flathub", 374_000_000
            ),
        ] as [(String, String, String, String?, Int64?)])
    func `a column of flatpak that is empty or unusual is no other`(
        text: String, version: String, branch: String, origin: String?, bytes: Int64?
    ) {
        let found = reading(.flatpakUpdates, text)
        let update = found.updates.first
        #expect(found.unparsed.isEmpty && update?.candidate == version, "\(found.unparsed)")
        #expect(update?.details?["branch"] == branch && update?.origin == origin)
        #expect(update?.bytes == bytes)
    }

    @Test func `what flatpak would newly install is no update`() {
        let found = reading(
            .flatpakUpdates,
            " 1.  org.a.New   stable  i  flathub  < 1 MB\n 2.  org.a.Old   stable  u  flathub  < 1 MB\n"
        )
        #expect(found.updates.map(\.name) == ["org.a.Old"])
        #expect(found.newPackages?.map(\.name) == ["org.a.New"])
    }
}
