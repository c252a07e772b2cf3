/// How a store is written. The defaults suit a building's controller.
public struct StoreOptions: Sendable {
    /// Samples that an import holds in memory before it puts a sorted run on disk (17 bytes each).
    public var importSampleCountInMemory = 6 << 20

    public init() {}
}
