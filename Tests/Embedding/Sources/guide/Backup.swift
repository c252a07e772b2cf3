import Almanac

/// Copies a store while it is written, checks the copy, and makes a new store from it.
func backUp(_ history: DataManager, to backup: String, restoringTo copy: String) async throws {
    try await history.backup(to: backup)
    let report = try DataManager.verifyBackup(at: backup)
    guard report.isWhole else { return print("damaged: \(report.findings)") }
    try DataManager.restore(from: backup, to: copy)
    let restored = try DataManager.open(at: copy, mode: .readOnly)
    print("restored \(restored.snapshot().sampleCount) samples")
}
