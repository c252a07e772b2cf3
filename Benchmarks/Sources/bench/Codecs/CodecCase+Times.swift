import ColumnCodec

extension CodecCase {
    /// The typical, the best and the worst of every codec for times, but for raw ones: something
    /// else is always smaller, so they are what is left when an encoder has failed.
    static var ofTimes: [CodecCase] {
        let quarter: Int64 = 900_000
        return [
            CodecCase(.regular, "typical: every 15 min") { index, _ in Int64(index) * quarter },
            CodecCase(.regular, "best: every second") { index, _ in Int64(index) * 1000 },
            CodecCase(.regular, "worst: a prime step") { index, _ in Int64(index) * 899_981 },
            CodecCase(.grid, "typical: 1 slot in 100 missing", time: gappy(100)),
            CodecCase(.grid, "best: 1 slot in 4,000 missing", time: gappy(4000)),
            CodecCase(.grid, "worst: 1 slot in 50 missing", time: gappy(50)),
            CodecCase(.jitteredGrid, "typical: up to 3 s late, 1 in 50 up to 2 min") {
                index, random in
                let lateness = random.below(50) == 0 ? 120_000 : 3000
                return Int64(index) * quarter + Int64(random.below(lateness))
            },
            CodecCase(.jitteredGrid, "best: up to 1 s late, whole seconds") { index, random in
                Int64(index) * quarter + Int64(random.below(2)) * 1000
            },
            CodecCase(.jitteredGrid, "worst: up to 8 min late") { index, random in
                Int64(index) * quarter + Int64(random.below(500_000))
            },
            CodecCase(.jitteredGridMixedRadix, "typical: up to 3 s late") { index, random in
                Int64(index) * quarter + Int64(random.below(3000))
            },
            CodecCase(.jitteredGridMixedRadix, "best: up to 2 s late, whole seconds") {
                index, random in
                Int64(index) * quarter + Int64(random.below(3)) * 1000
            },
            CodecCase(.jitteredGridMixedRadix, "worst: up to 10 min late") { index, random in
                Int64(index) * quarter + Int64(random.below(590_000))
            },
            CodecCase(.delta, "typical: 10 to 70 s apart", time: apart(10_000, 70_000)),
            CodecCase(.delta, "best: 1 to 4 ms apart", time: apart(1, 4)),
            CodecCase(.delta, "worst: up to 24 days apart", time: apart(1, 1 << 31)),
            CodecCase(
                .deltaVarints, "typical: bursts and pauses", short: true,
                time: bursts(100, 100_000, every: 10)),
            CodecCase(
                .deltaVarints, "best: bursts, short pauses", short: true,
                time: bursts(50, 4000, every: 16)),
            CodecCase(
                .deltaVarints, "worst: up to 24 days apart", short: true,
                time: apart(1, 1 << 31)),
        ]
    }

    private static func gappy(_ every: Int) -> (Int, inout SampleRandom) -> Int64 {
        var slot: Int64 = 0
        return { _, random in
            slot += random.below(every) == 0 ? 2 : 1
            return slot * 900_000
        }
    }

    private static func apart(
        _ low: Int, _ high: Int
    ) -> (Int, inout SampleRandom) -> Int64 {
        var time: Int64 = 0
        return { _, random in
            time += Int64(low + random.below(high - low))
            return time
        }
    }

    private static func bursts(
        _ short: Int, _ long: Int, every: Int
    ) -> (Int, inout SampleRandom) -> Int64 {
        var time: Int64 = 0
        return { _, random in
            time += Int64(1 + random.below(random.below(every) == 0 ? long : short))
            return time
        }
    }
}
