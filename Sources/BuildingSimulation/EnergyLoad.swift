internal import TimeSeriesModel

/// A load whose integral is known in closed form, so that a meter can be read at any time.
///
/// rate = base + occupied × mean occupancy + seasonal × (1 ± season) / 2 + the slope of a noise.
/// The register is the integral term by term. It never falls, because the slope of the noise stays
/// under nine tenths of `base`. A power point shows the rate and its meter the integral of it.
struct EnergyLoad {
    private let base: Double
    private let occupied: Double
    private let seasonal: Double
    /// +1 for a load of the winter, -1 for one of the summer.
    private let seasonSign: Double
    private let noise: HashNoise

    /// - Parameter group: shared by a meter and the power point of the same load.
    init(_ behaviour: Behaviour, group: HashNoise) {
        let size = 1 + 5 * group.unit(9)
        noise = group
        switch behaviour {
        case .heatMeter: (base, occupied, seasonal, seasonSign) = (0.8 * size, size, 9 * size, 1)
        case .coldMeter:
            (base, occupied, seasonal, seasonSign) = (0.4 * size, 2 * size, 7 * size, -1)
        case .waterMeter: (base, occupied, seasonal, seasonSign) = (0.02 * size, 0.2 * size, 0, 1)
        default: (base, occupied, seasonal, seasonSign) = (2 * size, 7 * size, size, 1)
        }
    }

    /// Units an hour.
    func rate(at moment: Moment) -> Double {
        let wander =
            slowShare * noise.slopePerHour(at: moment.milliseconds, spacing: EnergyLoad.slow)
            + quickShare * noise.slopePerHour(at: moment.milliseconds, spacing: EnergyLoad.quick)
        return base * (1 + wander) + occupied * Occupancy.mean(at: moment)
            + seasonal * (1 + seasonSign * moment.season) / 2
    }

    /// Units since ``installed``.
    func register(at moment: Moment) -> Double {
        let start = EnergyLoad.installed
        let wander =
            slowShare * (1 + noise.smooth(at: moment.milliseconds, spacing: EnergyLoad.slow))
            + quickShare * (1 + noise.smooth(at: moment.milliseconds, spacing: EnergyLoad.quick))
        let hours = moment.hours - start.hours
        let seasons = moment.seasonIntegral - start.seasonIntegral
        let occupiedHours =
            Occupancy.meanIntegral(at: moment) - EnergyLoad.occupiedHoursAtInstallation
        return base * (hours + wander) + occupied * occupiedHours
            + seasonal * (hours + seasonSign * seasons) / 2
    }

    /// 2000-01-01, the earliest time that a store takes by default.
    private static let installed = Moment(946_684_800_000)
    private static let occupiedHoursAtInstallation = Occupancy.meanIntegral(at: installed)
    private static let slow = 6 * Moment.hour
    private static let quick = Moment.hour
    // Slopes are at most 3 h / spacing: 0.8 × 3/6 + 0.16 × 3 = 0.88 of the base.
    private let slowShare = 0.8
    private let quickShare = 0.16
}
