import Fleet
import Testing

@testable import ToolOutputs

struct ZypperReaderTests {
    private static let head =
        "<?xml version='1.0'?>\n<stream>\n<message type=\"info\">Loading repository data...</message>\n"

    @Test func `packages become updates and patches become advisories`() {
        let found = reading(
            .zypperListUpdatesXML,
            Self.head + """
                <progress id="1" name="x" value="3"/><prompt id="4"><text>Continue?</text></prompt>
                <update-status version="0.6"><update-list>
                <update kind="package" name="a" edition="1:2-3" arch="x86_64" edition-old="1-1">
                <summary>A &amp; B</summary><description><![CDATA[<x>]]></description><license/>
                <source url="http://x" alias="updates"/></update>
                <update kind="patch" name="SUSE-2026-1" edition="1" arch="noarch" status="needed" category="security"
                 severity="important" restart="true" interactive="reboot"><summary>Fix</summary>
                <issue-date time_t="1" text="2026-01-01T00:00:00Z"/>
                <issue-list><issue type="cve" id="CVE-2026-0001"/><issue type="bugzilla" id="123"/></issue-list></update>
                </update-list><blocked-update-list>
                <update kind="package" name="b" edition="2-1" arch="noarch" edition-old="1-1"/>
                </blocked-update-list></update-status></stream>
                """)
        #expect(found.unparsed.isEmpty && found.shown == ["a 1-1 > 1:2-3", "b 1-1 > 2-1"])
        #expect(found.updates.map(\.isHeld) == [nil, true])
        #expect(
            found.updates.first?.displayName == "A & B" && found.updates.first?.origin == "updates")
        let advisory = found.advisories.first
        #expect(
            advisory?.id == "SUSE-2026-1" && advisory?.severity == .important
                && advisory?.kind == "security")
        #expect(advisory?.vulnerabilities == ["CVE-2026-0001"] && advisory?.needsRestart == true)
        #expect(advisory?.isInteractive == true && advisory?.isInstalled == false)
    }

    @Test func `an error beside the list is shown, and what could be read is kept`() {
        let found = reading(
            .zypperListUpdatesXML,
            Self.head + "<message type=\"error\">Error building the cache:\nno route</message>"
                + "<update-status version=\"0.6\"><update-list><update kind=\"package\" name=\"a\" edition=\"2-1\""
                + " arch=\"x86_64\"/></update-list></update-status></stream>\n")
        #expect(
            found.unparsed == ["Error building the cache:", "no route"] && found.updates.count == 1)
    }

    @Test(arguments: [
        head + "<update-status><update-list><update kind=\"package\" name=\"a\"",
        head + "</stream>", "",
        "System management is locked by the application with pid 12 (zypper).",
        "<stream><update-list></stream>",
    ])
    func `what is cut, or holds no list, is shown`(text: String) {
        let found = reading(.zypperListPatchesXML, text)
        #expect(!found.unparsed.isEmpty && found.updates.isEmpty)
    }
}
