import Rollout
import Testing

/// What apt and dpkg of Debian 12 really printed, with the hosts and some lengths changed, and what
/// it means.
struct Complaint: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let failure: FailureClass
    let culprits: [String]
    /// A part of the sentence.
    let words: String
    let log: String

    init(
        _ description: String, _ failure: FailureClass, _ culprits: [String], words: String,
        _ log: String
    ) {
        testDescription = description
        self.failure = failure
        self.culprits = culprits
        self.words = words
        self.log = log
    }

    static let all: [Complaint] = [
        Complaint(
            "apt finds the lock held", .lockHeld, [], words: "perl (pid 23)",
            """
            E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 23 (perl)
            E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?
            """),
        Complaint(
            "dpkg finds the lock held", .lockHeld, [], words: "another program",
            """
            dpkg: error: dpkg frontend lock was locked by another process with pid 0
            Note: removing the lock file is always wrong, can damage the locked area
            and the entire system. See <https://wiki.debian.org/Teams/Dpkg/FAQ#db-lock>.
            """),
        Complaint(
            "an earlier dpkg was cut off", .interruptedPackageManager, [],
            words: "dpkg was interrupted",
            "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem. \n"
        ),
        Complaint(
            "a postinst fails", .maintainerScript, ["labfail"],
            words: "cannot migrate the settings",
            """
            Setting up labfail (2.0) ...
            labfail: cannot migrate the settings of version 1.0: the key 'port' stands there twice
            dpkg: error processing package labfail (--configure):
             installed labfail package post-installation script subprocess returned error exit status 1
            Setting up labprompt (2.0) ...
            Setting up labgood (2.0) ...
            Errors were encountered while processing:
             labfail
            E: Sub-process /usr/bin/dpkg returned an error code (1)
            """),
        Complaint(
            "a conffile question finds nobody", .maintainerScript, ["labconf"],
            words: "conffile prompt",
            """
            Setting up labconf (2.0) ...

            Configuration file '/etc/labconf.conf'
             ==> Modified (by you or by a script) since installation.
             ==> Package distributor has shipped an updated version.
            *** labconf.conf (Y/I/N/O/D/Z) [default=N] ? dpkg: error processing package labconf (--configure):
             end of file on stdin at conffile prompt
            dpkg: error processing package labconf (--configure):
             end of file on stdin at conffile prompt
            Errors were encountered while processing:
             labconf
            E: Sub-process /usr/bin/dpkg returned an error code (1)
            """),
        Complaint(
            "the disk fills while unpacking", .diskFull, ["labdisk"],
            words: "No space left on device",
            """
            Unpacking labdisk (2.0) over (1.0) ...
            dpkg: error processing archive /var/cache/apt/archives/labdisk_2.0_all.deb (--unpack):
             cannot copy extracted data for './usr/share/labdisk/data' to '/usr/share/labdisk/data.dpkg-new': failed to write (No space left on device)
            Errors were encountered while processing:
             /var/cache/apt/archives/labdisk_2.0_all.deb
            E: Sub-process /usr/bin/dpkg returned an error code (1)
            """),
        Complaint(
            "apt sees too little room for the downloads", .diskFull, [], words: "enough free space",
            "E: You don't have enough free space in /var/cache/apt/archives/.\n"),
        Complaint(
            "the version is not on offer", .versionNotAvailable, ["labgood"],
            words: "was not found",
            """
            Package labgood is not available, but is referred to by another package.
            This may mean that the package is missing, has been obsoleted, or
            is only available from another source

            E: Version '9.9' for 'labgood' was not found
            """),
        Complaint(
            "the mirror has dropped the file", .versionNotAvailable, ["labgood"], words: "404",
            """
            Err:1 http://deb.example.org stable/main amd64 labgood all 2.0
              404  File not found [IP: 192.0.2.1 8080]
            E: Failed to fetch http://deb.example.org/pool/stable/labgood_2.0_all.deb  404  File not found [IP: 192.0.2.1 8080]
            E: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?
            """),
        Complaint(
            "a package is on hold", .held, ["labheld"], words: "Held packages were changed",
            """
            The following held packages will be changed:
              labheld
            The following packages will be upgraded:
              labheld
            1 upgraded, 0 newly installed, 0 to remove and 13 not upgraded.
            E: Held packages were changed and -y was used without --allow-change-held-packages.
            """),
        Complaint(
            "a dependency cannot be met", .dependency, ["labdep"], words: "labgood (>= 9)",
            """
            The following packages have unmet dependencies:
             labdep : Depends: labgood (>= 9) but 1.0 is to be installed
            E: Unable to correct problems, you have held broken packages.
            """),
        Complaint(
            "something would have to be removed", .dependency, [], words: "remove is disabled",
            "E: Packages need to be removed but remove is disabled.\n"),
        Complaint(
            "a file is not what the index promises", .hashMismatch, ["labgood"],
            words: "Hash Sum mismatch",
            """
            E: Failed to fetch http://deb.example.org/pool/stable/labgood_2.0_all.deb  Hash Sum mismatch
               Hashes of expected file:
                - SHA256:0f1e
               Hashes of received file:
                - SHA256:ffee
            E: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?
            """),
        Complaint(
            "a file has another size", .hashMismatch, ["labgood"], words: "unexpected size",
            "E: Failed to fetch http://deb.example.org/pool/stable/labgood_2.0_all.deb  File has unexpected size (759 != 758). Mirror sync in progress? [IP: 192.0.2.1 8080]\n"
        ),
        Complaint(
            "a package is not authenticated", .signature, ["labgood"], words: "unauthenticated",
            """
            WARNING: The following packages cannot be authenticated!
              labgood
            E: There were unauthenticated packages and -y was used without --allow-unauthenticated
            """),
        Complaint(
            "a name cannot be resolved", .network, [], words: "Temporary failure resolving",
            """
            Err:1 http://deb.example.org stable/main amd64 labgood all 2.0
              Temporary failure resolving 'deb.example.org'
            E: Failed to fetch http://deb.example.org/pool/stable/labgood_2.0_all.deb  Temporary failure resolving 'deb.example.org'
            E: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?
            """),
        Complaint(
            "the source does not answer", .network, [], words: "Could not connect",
            """
            E: Failed to fetch http://deb.example.org/pool/stable/labgood_2.0_all.deb  Could not connect to deb.example.org:8080 (192.0.2.1), connection timed out
            """),
    ]
}
