internal import TimeSeriesModel

/// Heating and cooling plant: water temperatures by the weather, machines by the demand.
extension BuildingPhysics {
    /// How much the heating runs: nothing above 18 °C, all of its curve below 15 °C.
    func heatingShare(_ moment: Moment) -> Double {
        1 - Curve.ramp(climate.temperature(at: moment), 15, 18)
    }

    /// How much the cooling runs: nothing below 19 °C or out of hours.
    func coolingShare(_ moment: Moment) -> Double {
        guard moment.isScheduled(6, 19) else { return 0 }
        return Curve.ramp(climate.temperature(at: moment), 19, 24)
    }

    /// The heating curve, lowered by six degrees at night; the temperature of the cellar when off.
    func heatingSupplyTemperature(_ signal: Signal, _ moment: Moment) -> Double {
        let outdoor = climate.temperature(at: moment)
        let steepness = 1.2 + 0.4 * signal.group.unit(1)
        let curve = 26 + steepness * (20 - outdoor) - 6 * (1 - warmth(moment))
        let on = curve + 0.8 * quick(signal, moment)
        let off = 21 + 0.15 * outdoor + 0.3 * slow(signal, moment) + 0.1 * quick(signal, moment)
        return Curve.mix(off, on, heatingShare(moment))
    }

    /// The supply less what the building takes from it.
    func heatingReturnTemperature(_ signal: Signal, _ moment: Moment) -> Double {
        let taken = 3 + 7 * climate.cold(at: moment) + 0.5 * slow(signal, moment)
        return heatingSupplyTemperature(signal, moment) - taken * heatingShare(moment)
    }

    func heatingValve(_ signal: Signal, _ moment: Moment) -> Double {
        let demand = 20 + 70 * climate.cold(at: moment) + 8 * quick(signal, moment)
        return snapped(demand * heatingShare(moment))
    }

    /// Circuits of cooler rooms start sooner.
    func heatingPump(_ signal: Signal, _ moment: Moment) -> Double {
        heatingShare(moment) > 0.4 * signal.group.unit(2) ? 1 : 0
    }

    /// Machines join one after the other as the load grows.
    func chillerStatus(_ signal: Signal, _ moment: Moment) -> Double {
        coolingShare(moment) > 0.6 * signal.group.unit(2) ? 1 : 0
    }

    /// A burner cycles: the colder it is, the longer it runs.
    func burnerStatus(_ signal: Signal, _ moment: Moment) -> Double {
        let cycle = signal.own.smooth(at: moment.milliseconds, spacing: 30 * Moment.minute)
        let share = heatingShare(moment) * (0.25 + 0.7 * climate.cold(at: moment))
        return (cycle + 1) / 2 < share ? 1 : 0
    }

    func chilledSupplyTemperature(_ signal: Signal, _ moment: Moment) -> Double {
        let on = 7 + 0.4 * quick(signal, moment)
        let off = 17 + 0.15 * climate.temperature(at: moment) + 0.4 * slow(signal, moment)
        return Curve.mix(off, on, Curve.ramp(coolingShare(moment), 0, 0.3))
    }

    func chilledReturnTemperature(_ signal: Signal, _ moment: Moment) -> Double {
        chilledSupplyTemperature(signal, moment) + 5.5 * coolingShare(moment)
    }

    /// Loaded at night, drawn down by day.
    func hotWaterTemperature(_ signal: Signal, _ moment: Moment) -> Double {
        57 - 4 * Occupancy.mean(at: moment) + 1.8 * slow(signal, moment)
            + 0.4 * quick(signal, moment)
    }
}
