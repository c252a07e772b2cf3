import Almanac
import AlmanacCollector
import ArgumentParser
import BACnetMessages
import Foundation

/// Where settings come from.
struct SettingsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file of lines `key: value` (default: ALMANAC_CONFIG, else almanac.yaml if it is there).",
            valueName: "file"))
    var config: String?

    @Argument(
        parsing: .allUnrecognized,
        help: ArgumentHelp("Settings, as --http-address 127.0.0.1:8640.", valueName: "settings"))
    var rest: [String] = []

    private static let fileVariable = "ALMANAC_CONFIG"
    private static let standardFile = "almanac.yaml"

    /// Puts command line, environment and file together.
    ///
    /// - Throws: with `configuration`, naming key, value, source and what is allowed.
    func load() throws(ServiceFailure) -> EffectiveConfiguration {
        var environment = ProcessInfo.processInfo.environment
        let named = config ?? environment.removeValue(forKey: SettingsOptions.fileVariable)
        environment[SettingsOptions.fileVariable] = nil
        let isThere = FileManager.default.fileExists(atPath: SettingsOptions.standardFile)
        let path = named ?? (isThere ? SettingsOptions.standardFile : nil)
        if let path, !FileManager.default.fileExists(atPath: path) {
            throw ServiceFailure(.missing, "\(path): there is no such configuration file")
        }
        let file = try path.map { (path) throws(ServiceFailure) in
            try ConfigurationFile.read(path)
        }
        return try ServiceConfiguration.resolve(
            commandLine: rest, environment: environment, file: file)
    }
}

extension EffectiveConfiguration {
    /// The devices and points of the two tables; nil if neither table is there.
    ///
    /// - Throws: with `wrongData` for a table that cannot be, with every problem; `missing` if only one
    ///   of them is there.
    func plan() throws(ServiceFailure) -> CollectorPlan? {
        let paths = [configuration.devicesFile, configuration.pointsFile]
        let missing = paths.filter { !FileManager.default.fileExists(atPath: $0) }
        if missing.count == 2 { return nil }
        if let path = missing.first {
            throw ServiceFailure(
                .missing, "\(path): there is no such table, and there is the other")
        }
        let inputs = CollectorInputs(
            devices: try EffectiveConfiguration.file(paths[0]),
            points: try EffectiveConfiguration.file(paths[1]),
            port: UInt16(configuration.bacnetPort))
        do throws(InputFailure) { return try inputs.plan() } catch {
            let lines = error.problems.map { "\($0)" }.joined(separator: "\n")
            throw ServiceFailure(
                .wrongData, "\(error.problemCount) problems in the tables:\n\(lines)")
        }
    }

    /// `2 devices and 5 points`; nil without tables.
    func planCounts() throws(ServiceFailure) -> String? {
        try plan().map { "\($0.devices.count) devices and \($0.points.count) points" }
    }

    private static func file(_ path: String) throws(ServiceFailure) -> CollectorInputs.File {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ServiceFailure(.inputOutput, "\(path): cannot be read")
        }
        return CollectorInputs.File(name: path, bytes: Array(data))
    }
}
