package import Logging
package import Metrics

/// What a manager takes from around it; a test gives its own.
package struct Surroundings: Sendable {
    package var time: any TimeSource
    package var logger = Logger(label: "almanac")
    package var metrics: any MetricsFactory = MetricsSystem.factory
    /// Tells of the disk that a folder lies on.
    package var disk: @Sendable (String) throws(HistoryError) -> DiskSpace = {
        (folder) throws(HistoryError) in try DiskSpace.ofDisk(holding: folder)
    }

    package init(time: any TimeSource = .system) { self.time = time }
}
