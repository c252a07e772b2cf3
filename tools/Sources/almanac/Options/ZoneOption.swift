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
    func zone() throws(ToolFailure) -> Zone {
        let site = Environment["ALMANAC_SITE_TIME_ZONE"]
        if let name, name.lowercased() != "site" {
            do throws(ZoneProblem) { return try Zone.named(name) } catch {
                throw ToolFailure(
                    error == .noDatabase ? .configuration : .usage, "--tz: \(error.message)")
            }
        }
        do throws(ZoneProblem) { return try Zone.named(site ?? "utc") } catch {
            throw ToolFailure(
                .configuration, "ALMANAC_SITE_TIME_ZONE in the environment: \(error.message)")
        }
    }
}
