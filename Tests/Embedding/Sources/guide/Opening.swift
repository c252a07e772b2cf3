import Almanac

/// Opens a store for a service, and says what to do where that cannot be.
func openHistory(at folder: String, source: any PointSource) throws -> DataManager {
    var configuration = Configuration()
    configuration.siteTimeZone = "Europe/Zurich"
    configuration.dataRetentionDays = 3 * 365
    configuration.backupDirectory = folder + ".backups"
    do throws(HistoryError) {
        return try DataManager.open(at: folder, configuration: configuration, source: source)
    } catch {
        switch error.code {
        case .locked: print("process \(error.holder ?? 0) writes \(folder)")
        case .invalidParameter: print("\(error.parameter ?? ""): \(error)")
        case .damaged: print("run `almanac verify --store \(folder)`: \(error)")
        default: print("\(folder) cannot be opened: \(error)")
        }
        throw error
    }
}
