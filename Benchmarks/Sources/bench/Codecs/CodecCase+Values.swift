import ColumnCodec

extension CodecCase {
    /// The typical, the best and the worst of every codec for values.
    static var ofValues: [CodecCase] {
        [
            CodecCase(.constant, "typical: 21.5") { _, _ in 21.5 },
            CodecCase(.scaledDelta, "typical: a room, tenths", value: walk(3, 10)),
            CodecCase(.scaledDelta, "best: a slow meter", value: meter(3)),
            CodecCase(.scaledDelta, "worst: 1 in 10 no decimal") { index, random in
                random.below(10) == 0
                    ? Double(index).squareRoot() : Double(index % 3000 + random.below(900)) / 100
            },
            CodecCase(.scaled, "typical: humidity, tenths") { _, random in
                Double(400 + random.below(60)) / 10
            },
            CodecCase(.scaled, "best: noise of 4 steps") { _, random in
                Double(200 + random.below(4)) / 10
            },
            CodecCase(.scaled, "worst: noise of 30 bits") { _, random in
                Double(random.below(1 << 30)) / 1000
            },
            CodecCase(.scaledVarints, "typical: a cycle of 48", short: true) { index, _ in
                Double(2000 + index % 48 * (index % 48) * 7 % 1900) / 10
            },
            CodecCase(.scaledVarints, "best: a cycle of 5", short: true) { index, _ in
                Double([200, 215, 280, 190, 240][index % 5]) / 10
            },
            CodecCase(.scaledVarints, "worst: a long cycle of leaps", short: true) { index, _ in
                Double((index % 80 + 1) * 7_919 % 65_521 * 9_973) / 1000
            },
            CodecCase(ValueCodec.runs, "typical: occupied or not") { index, _ in
                index / 44 % 2 == 0 ? 0 : 1
            },
            CodecCase(ValueCodec.runs, "best: a change a month") { index, _ in
                index / 2900 % 2 == 0 ? 0 : 1
            },
            CodecCase(ValueCodec.runs, "worst: runs of about 12", value: steps(12)),
            CodecCase(.rank, "typical: 5 levels far apart") { _, random in
                [0, 33.3, 99.9, 1_000_000, 12345.678][random.below(5)]
            },
            CodecCase(.rank, "best: 2 levels far apart") { _, random in
                [0.001, 1_000_000][random.below(2)]
            },
            CodecCase(.rank, "worst: 60 levels") { _, random in
                let level = random.below(60)
                return Double(level * level * level * 99_991) / 1000
            },
            CodecCase(.float32, "typical: unrounded sensor", value: floatWalk(0.05)),
            CodecCase(.float32, "best: hardly moving", value: floatWalk(0.01)),
            CodecCase(.float32, "worst: from 0 to 4,000") { _, random in
                Double(Float(random.uniform(0, 4000)))
            },
            CodecCase(.ratio, "typical: mean of 3 readings") { _, random in
                Double(600 + random.below(40)) / 10 / 3
            },
            CodecCase(.ratio, "best: mean of 3, slow") { index, _ in
                Double(600 + index / 50 % 40) / 10 / 3
            },
            CodecCase(.ratio, "worst: mean of 7, hundredths") { _, random in
                Double(random.below(1 << 20)) / 100 / 7
            },
            CodecCase(.raw64, "worst: random bits") { _, random in
                Double(bitPattern: random.next())
            },
            CodecCase(.raw32, "worst: random float bits") { _, random in
                let float = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
                return float.isNaN ? 0 : Double(float)
            },
        ]
    }

    /// The typical and the worst of every codec for qualities.
    static var ofQualities: [CodecCase] {
        [
            CodecCase(.uniform, "typical: all good") { _, _ in 0 },
            CodecCase(.runs, "typical: stale for a day a month") { index, _ in
                index % 2900 < 96 ? 32 : 0
            },
            CodecCase(.runs, "worst: changes every 8 samples") { index, _ in
                UInt8(index / 8 % 2) * 64
            },
            CodecCase(.raw, "worst: random") { _, random in
                UInt8(truncatingIfNeeded: random.next())
            },
        ]
    }

    private static func walk(
        _ spread: Int, _ scale: Double
    ) -> (Int, inout SampleRandom) -> Double {
        var level = 215
        return { _, random in
            level += random.below(2 * spread + 1) - spread
            return Double(level) / scale
        }
    }

    private static func meter(_ spread: Int) -> (Int, inout SampleRandom) -> Double {
        var total = 123_456
        return { _, random in
            total += 40 + random.below(spread)
            return Double(total) / 100
        }
    }

    private static func steps(_ mean: Int) -> (Int, inout SampleRandom) -> Double {
        var level = 20
        return { _, random in
            if random.below(mean) == 0 { level = 10 + random.below(1000) }
            return Double(level)
        }
    }

    private static func floatWalk(
        _ spread: Double
    ) -> (Int, inout SampleRandom) -> Double {
        var level = 21.0
        return { _, random in
            level += random.uniform(-spread, spread)
            return Double(Float(level))
        }
    }
}
