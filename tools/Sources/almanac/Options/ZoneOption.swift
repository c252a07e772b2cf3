import Almanac
import ArgumentParser

/// In which zone a person reads times and counts days.
struct ZoneOption: ParsableArguments {
    @Option(
        name: .customLong("tz"),
        help: ArgumentHelp(
            "Zone of local times and days: an IANA name, site or utc (default: site, else utc).",
            valueName: "zone"))
    var name: String?

    /// The zone of days and of shown times. The site's own is `ALMANAC_SITE_TIME_ZONE`.
    func zone() throws(ToolFailure) -> TimeZoneRules {
        let site = Environment["ALMANAC_SITE_TIME_ZONE"]
        if let name, name.lowercased() != "site" {
            do throws(HistoryError) { return try TimeZoneRules.named(name) } catch {
                throw ToolFailure(
                    error.isOfTheName ? .usage : .configuration, "--tz: \(error.zoneMessage)")
            }
        }
        do throws(HistoryError) { return try TimeZoneRules.named(site ?? "utc") } catch {
            throw ToolFailure(
                .configuration, "ALMANAC_SITE_TIME_ZONE in the environment: \(error.zoneMessage)")
        }
    }
}

extension HistoryError {
    /// Whether another name of a zone would do.
    fileprivate var isOfTheName: Bool { code == .invalidParameter }

    fileprivate var zoneMessage: String {
        isOfTheName
            ? message
            : "this system has no time zone files; install its package tzdata, or use --tz utc"
    }
}
