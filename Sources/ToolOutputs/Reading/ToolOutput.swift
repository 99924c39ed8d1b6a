/// The tools whose recorded output can be read.
public enum ToolOutput: String, Sendable, CaseIterable {
    /// `apt list --upgradable`, in any language.
    case aptListUpgradable = "apt-list-upgradable"
    /// `apt-get -s upgrade`, `-s dist-upgrade` or `-s install`, in any language.
    case aptGetSimulate = "apt-get-simulate"
    /// `dnf check-update` of dnf 4 and 5 and tdnf, `yum check-update`; as text or as JSON.
    case dnfCheckUpdate = "dnf-check-update"
    /// `dnf updateinfo list` or `info`, `dnf5 advisory list` or `info`; as text or as JSON.
    case dnfUpdateinfo = "dnf-updateinfo"
    /// `zypper --xmlout list-updates`.
    case zypperListUpdatesXML = "zypper-list-updates-xml"
    /// `zypper --xmlout list-patches`.
    case zypperListPatchesXML = "zypper-list-patches-xml"
    /// `pacman -Qu`, or `checkupdates`.
    case pacmanQu = "pacman-qu"
    /// `apk version`, with or without `-v` and `-l`, or `apk list --upgradable`.
    case apkVersion = "apk-version"
    /// `snap refresh --list`.
    case snapRefreshList = "snap-refresh-list"
    /// `flatpak remote-ls --updates` with any columns.
    case flatpakUpdates = "flatpak-updates"
    /// `fwupdmgr get-updates --json`.
    case fwupdJSON = "fwupd-json"
    /// `brew outdated --json=v2`.
    case brewOutdatedJSON = "brew-outdated-json"
    /// `softwareupdate --list`.
    case softwareupdateList = "softwareupdate-list"
    /// `mas outdated`, as text or as JSON.
    case masOutdated = "mas-outdated"
    /// `winget upgrade`, in any language.
    case wingetUpgrade = "winget-upgrade"
    /// `winget list`, in any language.
    case wingetList = "winget-list"
    /// What the Windows Update Agent's searcher found, as our PowerShell script prints it.
    case wuaJSON = "wua-json"
    /// `choco outdated`, with or without `--limit-output`.
    case chocoOutdated = "choco-outdated"
    /// `needrestart -b`.
    case needrestartB = "needrestart-b"
    /// The file `/etc/os-release`.
    case osRelease = "os-release"

    /// The most bytes of output that are read: a plan for 6,000 packages has 2 MiB.
    public static let limit = 64 * 1_048_576

    /// Reads output. It never fails: what cannot be read is in `unparsed`.
    public func read(_ bytes: [UInt8]) -> ToolReading {
        let text = ToolText.decoded(bytes)
        var reading = readWhole(text)
        reading.setCutRowsAside(text)
        return reading
    }

    private func readWhole(_ text: [UInt8]) -> ToolReading {
        switch self {
        case .aptListUpgradable: AptListReader(text).reading
        case .aptGetSimulate: AptSimulationReader(text).reading
        case .dnfCheckUpdate: DnfUpdateReader(text).reading
        case .dnfUpdateinfo: DnfAdvisoryReader(text).reading
        case .zypperListUpdatesXML: ZypperReader(text, of: self).reading
        case .zypperListPatchesXML: ZypperReader(text, of: self).reading
        case .pacmanQu: PacmanUpdateReader(text).reading
        case .apkVersion: ApkVersionReader(text).reading
        case .snapRefreshList: SnapRefreshReader(text).reading
        case .flatpakUpdates: FlatpakUpdateReader(text).reading
        case .fwupdJSON: FirmwareReader(text).reading
        case .brewOutdatedJSON: BrewOutdatedReader(text).reading
        case .softwareupdateList: SoftwareupdateReader(text).reading
        case .masOutdated: MasOutdatedReader(text).reading
        case .wingetUpgrade: WingetReader(text, of: self).reading
        case .wingetList: WingetReader(text, of: self).reading
        case .wuaJSON: WindowsUpdateReader(text).reading
        case .chocoOutdated: ChocolateyReader(text).reading
        case .needrestartB: NeedrestartReader(text).reading
        case .osRelease: OSReleaseFile(text).reading
        }
    }
}
