/// The weather of a place at 47° north: it drives everything else in the building.
struct Climate: Sendable {
    let noise: HashNoise

    /// °C. Season, day, fronts of a few days and a restless rest.
    func temperature(at moment: Moment) -> Double {
        let fronts = noise.smooth(at: moment.milliseconds, spacing: 4 * Moment.day)
        let rest = noise.smooth(at: moment.milliseconds, spacing: 9 * Moment.hour)
        return 10 - 9.5 * moment.season + dailySwing(at: moment) + 4.5 * fronts + 1.5 * rest
    }

    /// % relative humidity: lowest on clear afternoons.
    func humidity(at moment: Moment) -> Double {
        let rest = noise.branch(1).smooth(at: moment.milliseconds, spacing: 9 * Moment.hour)
        let dryness = 14 * (clearness(at: moment) - 0.5) + 3 * dailySwing(at: moment)
        return Curve.clamped(75 + 6 * moment.season - dryness + 6 * rest, 22, 100)
    }

    /// Global radiation in W/m²: the height of the sun through that day's clouds.
    func radiation(at moment: Moment) -> Double {
        let hourAngle = (moment.hour - 12.5) / 24
        let height = 0.68 * 0.95 * Curve.cosine(turns: hourAngle) - 0.733 * 0.398 * moment.season
        guard height > 0 else { return 0 }
        let clouds = noise.branch(2).smooth(at: moment.milliseconds, spacing: 40 * Moment.minute)
        return height * 950 * (0.2 + 0.68 * clearness(at: moment) + 0.1 * clouds)
    }

    /// How much heat the building asks for: 0 from 16 °C up, 1 at -4 °C.
    func cold(at moment: Moment) -> Double {
        Curve.clamped((16 - temperature(at: moment)) / 20, 0, 1.3)
    }

    private func dailySwing(at moment: Moment) -> Double {
        let amplitude = (3.2 - 1.4 * moment.season) * (0.5 + 0.5 * clearness(at: moment))
        return amplitude * Curve.sine(turns: (moment.hour - 9) / 24)
    }

    /// 0 overcast, 1 clear.
    private func clearness(at moment: Moment) -> Double {
        0.5 + 0.5 * noise.branch(3).smooth(at: moment.milliseconds, spacing: Moment.day)
    }
}
