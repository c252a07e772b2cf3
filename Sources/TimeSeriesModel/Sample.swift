/// One observation. There is no sample without a value: what is missing is absent, never zero.
public struct Sample: Hashable, Sendable {
    public var time: Timestamp
    public var value: Double
    public var quality: Quality

    public init(time: Timestamp, value: Double, quality: Quality = .good) {
        self.time = time
        self.value = value
        self.quality = quality
    }
}
