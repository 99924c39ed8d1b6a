/// The script that asks the Windows Update Agent and tells it what to do: Windows PowerShell 5.1,
/// which every supported Windows has.
///
/// What it works on comes as parameters, which PowerShell hands over as they are when a script is
/// started with `-File`: no text of an order becomes a part of the script. It is plain ASCII, so
/// that the code page that it is read with does not matter.
enum UpdateScript {
    /// The file's name in the agent's folder.
    static let name = "windows-update.ps1"
    /// The version of its answers, which stands in each of them.
    static let format = 1

    static let text = header + describing + searching + bringing + answering

    private static let header = #"""
        # Patchbay's helper for the Windows Update Agent (Windows PowerShell 5.1).
        #
        # It prints one JSON object in one line on standard output, and what it is doing on standard error.
        # It never accepts licence terms, never answers a question, and never reboots: an update that asks
        # for one of these is left alone, and the answer says so.
        param(
            [Parameter(Mandatory = $true)]
            [ValidateSet('search', 'download', 'install')]
            [string] $Action,
            # Identifiers with their revisions, with commas between:
            # 11072231-1710-cf53-27ac-435a7a97c643.3
            [ValidatePattern('^([0-9a-fA-F-]{36}\.[0-9]{1,10}(,[0-9a-fA-F-]{36}\.[0-9]{1,10})*)?$')]
            [string] $Updates = '',
            # Nothing new is begun after so many seconds.
            [ValidateRange(1, 86400)]
            [int] $Seconds = 3600,
            # Asks the update service; without it only what the Agent knows already.
            [switch] $Online
        )
        $ErrorActionPreference = 'Stop'
        $ProgressPreference = 'SilentlyContinue'
        $clock = [System.Diagnostics.Stopwatch]::StartNew()
        $culture = [System.Globalization.CultureInfo]::InvariantCulture

        # Always UTF-8, whatever the console's code page is, and also where there is no console.
        $utf8 = New-Object System.Text.UTF8Encoding $false
        $progress = New-Object System.IO.StreamWriter ([Console]::OpenStandardError()), $utf8
        $progress.AutoFlush = $true

        function Say([string] $text) { $progress.WriteLine($text) }

        # A code as Windows' documentation writes it.
        function Hex($number) { '0x{0:X8}' -f ([int64] $number -band 4294967295) }

        # The code of what went wrong: COM's own, below what PowerShell wraps around it.
        function CodeOf($record) { Hex $record.Exception.GetBaseException().HResult }

        function Instant($date) {
            if ($null -eq $date) { return $null }
            ([datetime] $date).ToString('yyyy-MM-ddTHH:mm:ss', $culture) + 'Z'
        }

        # A collection of texts as a list that stays one with a single element.
        function Texts($collection) {
            $list = New-Object System.Collections.ArrayList
            foreach ($one in $collection) { if ($null -ne $one) { [void] $list.Add([string] $one) } }
            , $list
        }

        """#

    private static let describing = #"""
        function NameOf($update) {
            $identity = $update.Identity
            '{0}.{1}' -f ([string] $identity.UpdateID).ToLowerInvariant(), [int] $identity.RevisionNumber
        }

        function Describe($update, [bool] $installed) {
            $categories = New-Object System.Collections.ArrayList
            foreach ($one in $update.Categories) {
                [void] $categories.Add([ordered] @{
                    Name = [string] $one.Name; CategoryID = [string] $one.CategoryID })
            }
            $behavior = $null
            if ($null -ne $update.InstallationBehavior) {
                $behavior = [ordered] @{
                    RebootBehavior = [int] $update.InstallationBehavior.RebootBehavior
                    CanRequestUserInput = [bool] $update.InstallationBehavior.CanRequestUserInput
                }
            }
            [ordered] @{
                Title = [string] $update.Title
                KBArticleIDs = Texts $update.KBArticleIDs
                Identity = [ordered] @{
                    UpdateID = ([string] $update.Identity.UpdateID).ToLowerInvariant()
                    RevisionNumber = [int] $update.Identity.RevisionNumber
                }
                MsrcSeverity = [string] $update.MsrcSeverity
                Categories = $categories
                CveIDs = Texts $update.CveIDs
                IsInstalled = $installed
                IsHidden = [bool] $update.IsHidden
                IsDownloaded = [bool] $update.IsDownloaded
                IsMandatory = [bool] $update.IsMandatory
                IsUninstallable = [bool] $update.IsUninstallable
                EulaAccepted = [bool] $update.EulaAccepted
                RebootRequired = [bool] $update.RebootRequired
                InstallationBehavior = $behavior
                MaxDownloadSize = [int64] $update.MaxDownloadSize
                LastDeploymentChangeTime = Instant $update.LastDeploymentChangeTime
                Deadline = Instant $update.Deadline
                SupportUrl = [string] $update.SupportUrl
                Type = [int] $update.Type
            }
        }

        # What Windows itself has written down about a reboot that it waits for.
        function RebootSignals {
            $found = New-Object System.Collections.ArrayList
            $base = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion'
            if (Test-Path "$base\Component Based Servicing\RebootPending") {
                [void] $found.Add('ComponentBasedServicing')
            }
            if (Test-Path "$base\WindowsUpdate\Auto Update\RebootRequired") {
                [void] $found.Add('WindowsUpdate')
            }
            , $found
        }

        function Facts {
            $system = Get-CimInstance -ClassName Win32_OperatingSystem
            $computer = Get-CimInstance -ClassName Win32_ComputerSystem
            $battery = @(Get-CimInstance -ClassName Win32_Battery) | Select-Object -First 1
            $revision = (Get-ItemProperty 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion').UBR
            $disks = New-Object System.Collections.ArrayList
            foreach ($disk in @(Get-CimInstance -ClassName Win32_LogicalDisk -Filter 'DriveType=3')) {
                [void] $disks.Add([ordered] @{
                    Name = [string] $disk.DeviceID
                    Free = [int64] $disk.FreeSpace
                    Size = [int64] $disk.Size
                })
            }
            $processor = @(Get-CimInstance -ClassName Win32_Processor) | Select-Object -First 1
            $charge = $null
            $onMains = $true
            if ($null -ne $battery) {
                $charge = [int] $battery.EstimatedChargeRemaining
                $onMains = [int] $battery.BatteryStatus -ne 1
            }
            [ordered] @{
                HostName = [string] $system.CSName
                Caption = [string] $system.Caption
                Version = [string] $system.Version
                Revision = [string] $revision
                Architecture = [string] $env:PROCESSOR_ARCHITECTURE
                BootedAt = Instant ([datetime] $system.LastBootUpTime).ToUniversalTime()
                OffsetMinutes = [int] [TimeZoneInfo]::Local.GetUtcOffset([datetime]::UtcNow).TotalMinutes
                MemoryBytes = [int64] $computer.TotalPhysicalMemory
                Processors = [int] $computer.NumberOfLogicalProcessors
                Processor = [string] $processor.Name
                Model = (([string] $computer.Manufacturer) + ' ' + ([string] $computer.Model)).Trim()
                Disks = $disks
                User = [string] $computer.UserName
                OnMains = $onMains
                BatteryPercent = $charge
            }
        }

        """#

    private static let searching = #"""
        function Found([string] $criteria, [bool] $online) {
            $searcher = $session.CreateUpdateSearcher()
            $searcher.Online = $online
            $result = $searcher.Search($criteria)
            # 2 is success, 3 success with errors; everything else is no answer.
            if ([int] $result.ResultCode -ne 2 -and [int] $result.ResultCode -ne 3) {
                throw "The search ended with result code $([int] $result.ResultCode)."
            }
            foreach ($warning in $result.Warnings) {
                Say ('warning ' + (Hex $warning.HResult) + ' ' + $warning.Message)
            }
            , $result.Updates
        }

        function Search($answer) {
            try { $answer.Facts = Facts } catch { Say ('no facts: ' + $_.Exception.Message) }
            $answer.RebootSignals = RebootSignals
            $answer.InstallerBusy = [bool] $session.CreateUpdateInstaller().IsBusy
            $missing = $null
            if ($Online) {
                Say 'asks the update service'
                try { $missing = Found 'IsInstalled=0' $true } catch {
                    $answer.ServiceHResult = CodeOf $_
                    $answer.ServiceError = [string] $_.Exception.GetBaseException().Message
                }
            }
            if ($null -eq $missing) {
                Say 'looks at what the Agent knows'
                $missing = Found 'IsInstalled=0' $false
            }
            $all = New-Object System.Collections.ArrayList
            foreach ($update in $missing) { [void] $all.Add((Describe $update $false)) }
            foreach ($update in (Found 'IsInstalled=1' $false)) {
                [void] $all.Add((Describe $update $true))
            }
            $answer.Updates = $all
        }

        """#

    private static let bringing = #"""
        function Collection($update) {
            $collection = New-Object -ComObject Microsoft.Update.UpdateColl
            [void] $collection.Add($update)
            , $collection
        }

        function Outcome([string] $name, [string] $state, [string] $code, [bool] $reboot, [string] $words) {
            [ordered] @{
                Update = $name; State = $state; HResult = $code; RebootRequired = $reboot; Words = $words
            }
        }

        # What became of one update; $result is what the Agent says of it (2 succeeded, 3 with errors).
        function Judged([string] $name, [string] $good, [string] $bad, $result) {
            $code = [int] $result.ResultCode
            $state = $bad
            if ($code -eq 2 -or $code -eq 3) { $state = $good }
            $reboot = $false
            if ($good -eq 'installed') { $reboot = [bool] $result.RebootRequired }
            Outcome $name $state (Hex $result.HResult) $reboot "result code $code"
        }

        function Bring([string] $name, $update, [string] $place) {
            if (-not $update.EulaAccepted) {
                return Outcome $name 'licence' (Hex 0) $false 'Its licence terms have not been accepted.'
            }
            if ($Action -eq 'install' -and $null -ne $update.InstallationBehavior `
                    -and $update.InstallationBehavior.CanRequestUserInput) {
                return Outcome $name 'asks' (Hex 0) $false 'Its installation may ask questions.'
            }
            if (-not $update.IsDownloaded) {
                Say "$place downloading $name $($update.Title)"
                $downloader = $session.CreateUpdateDownloader()
                $downloader.Updates = Collection $update
                $word = $downloader.Download().GetUpdateResult(0)
                $result = Judged $name 'downloaded' 'notDownloaded' $word
                if ($result.State -ne 'downloaded' -or $Action -eq 'download') { return $result }
            }
            if ($Action -eq 'download') { return Outcome $name 'downloaded' (Hex 0) $false '' }
            if ($clock.Elapsed.TotalSeconds -ge $Seconds) {
                return Outcome $name 'notTried' (Hex 0) $false 'The time was up.'
            }
            Say "$place installing $name $($update.Title)"
            $installer = $session.CreateUpdateInstaller()
            $installer.AllowSourcePrompts = $false
            $installer.ForceQuiet = $true
            $installer.Updates = Collection $update
            Judged $name 'installed' 'failed' ($installer.Install().GetUpdateResult(0))
        }

        function BringAll($answer) {
            $offered = @{}
            foreach ($update in (Found 'IsInstalled=0' $false)) { $offered[(NameOf $update)] = $update }
            $names = @($Updates.ToLowerInvariant().Split(',') | Where-Object { $_ })
            $results = New-Object System.Collections.ArrayList
            foreach ($name in $names) {
                $place = '[{0}/{1}]' -f ($results.Count + 1), $names.Count
                if (-not $offered.ContainsKey($name)) {
                    $result = Outcome $name 'notOffered' (Hex 0) $false 'The Agent does not offer it.'
                } elseif ($clock.Elapsed.TotalSeconds -ge $Seconds) {
                    $result = Outcome $name 'notTried' (Hex 0) $false 'The time was up.'
                } else {
                    try { $result = Bring $name $offered[$name] $place } catch {
                        $words = [string] $_.Exception.GetBaseException().Message
                        $result = Outcome $name 'failed' (CodeOf $_) $false $words
                    }
                }
                Say "$place $($result.State) $name $($result.HResult)"
                [void] $results.Add($result)
            }
            $answer.RebootSignals = RebootSignals
            $answer.Results = $results
        }

        """#

    private static let answering = #"""
        $answer = [ordered] @{ Patchbay = 1; Action = $Action; HResult = (Hex 0); Error = $null }
        $status = 0
        try {
            $session = New-Object -ComObject Microsoft.Update.Session
            $session.ClientApplicationID = 'Patchbay'
            if ($Action -eq 'search') { Search $answer } else { BringAll $answer }
        } catch {
            $answer.HResult = CodeOf $_
            $answer.Error = [string] $_.Exception.GetBaseException().Message
            $status = 1
        }
        $bytes = $utf8.GetBytes((ConvertTo-Json -InputObject $answer -Depth 6 -Compress) + "`n")
        $output = [Console]::OpenStandardOutput()
        $output.Write($bytes, 0, $bytes.Length)
        $output.Flush()
        exit $status

        """#
}
