package import DurableFiles
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

    /// What a writer keeps its store in; nil for the folder that it is given.
    package var storage: (any Storage)?

    /// Where device reads run.
    package var executor: (any TaskExecutor)?

    package init(time: any TimeSource = .system, executor: (any TaskExecutor)? = nil) {
        self.time = time
        self.executor = executor
    }
}
