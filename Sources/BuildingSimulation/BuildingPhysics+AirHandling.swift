internal import TimeSeriesModel

/// Air handling units: everything hangs on the fan, which hangs on schedule and people.
extension BuildingPhysics {
    func fanSpeed(_ signal: Signal, _ moment: Moment) -> Double {
        guard moment.isScheduled(6, 19) else { return 0 }
        let wander = signal.group.smooth(at: moment.milliseconds, spacing: Moment.hour)
        return 45 + 32 * Occupancy.mean(at: moment) + 8 * wander
    }

    /// Two fans of a unit follow one command, each a little differently.
    func measuredFanSpeed(_ signal: Signal, _ moment: Moment) -> Double {
        let command = fanSpeed(signal, moment)
        return command > 0 ? command + 1.5 * quick(signal, moment) : 0
    }

    /// A sensor is never quite still: with the fan off it shows the draught in the duct.
    func airFlow(_ signal: Signal, _ moment: Moment) -> Double {
        max(0, 118 * fanSpeed(signal, moment) + 40 + 40 * quick(signal, moment))
    }

    func ductPressure(_ signal: Signal, _ moment: Moment) -> Double {
        let speed = fanSpeed(signal, moment)
        return 0.035 * speed * speed + 2 + 2 * quick(signal, moment)
    }

    /// From 0 with a new filter to 1 at the end of its ninety days.
    func filterLoad(_ signal: Signal, _ moment: Moment) -> Double {
        let shifted = moment.day &+ Int64(signal.group.integer(5, in: 0...89))
        return (Double(shifted &- shifted.floorDivided(by: 90) &* 90) + moment.hour / 24) / 90
    }

    func filterPressure(_ signal: Signal, _ moment: Moment) -> Double {
        let speed = fanSpeed(signal, moment) / 70
        return (60 + 110 * filterLoad(signal, moment)) * speed * speed + 2 + 2
            * quick(signal, moment)
    }

    func outdoorAirDamper(_ signal: Signal, _ moment: Moment) -> Double {
        guard moment.isScheduled(6, 19) else { return 0 }
        let outdoor = climate.temperature(at: moment)
        let free = outdoor < 16 ? 20 + (outdoor - 6) * 8 : 100 - (outdoor - 16) * 10
        let least = free <= 20 ? 20 : free + 4 * quick(signal, moment)
        return Curve.clamped(least, 20, 100)
    }

    func airHeatingValve(_ signal: Signal, _ moment: Moment) -> Double {
        guard moment.isScheduled(6, 19) else { return 0 }
        return snapped(90 * climate.cold(at: moment) - 12 + 9 * quick(signal, moment))
    }

    func airCoolingValve(_ signal: Signal, _ moment: Moment) -> Double {
        guard moment.isScheduled(6, 19) else { return 0 }
        let outdoor = climate.temperature(at: moment)
        return snapped((outdoor - 19) * 9 + 10 * quick(signal, moment))
    }

    func airSetpoint(_ signal: Signal, _ moment: Moment) -> Double {
        rareSetpoint(signal, moment, base: 18, step: 0.5)
    }

    func supplyAirTemperature(_ signal: Signal, _ moment: Moment) -> Double {
        let outdoor = climate.temperature(at: moment)
        let blown = 18 + 3 * climate.cold(at: moment) + 0.5 * quick(signal, moment)
        let still = 20.5 + 0.12 * (outdoor - 10) + 0.3 * slow(signal, moment)
        return Curve.mix(still, blown, fanShare(moment)) + 0.05 * quick(signal, moment)
    }

    func returnAirTemperature(_ signal: Signal, _ moment: Moment) -> Double {
        21.6 + 0.7 * Occupancy.mean(at: moment) + 0.06 * (climate.temperature(at: moment) - 10)
            + 0.3 * slow(signal, moment) + 0.12 * quick(signal, moment)
    }

    /// Outdoor and return air in the proportion of the damper.
    func mixedAirTemperature(_ signal: Signal, _ moment: Moment) -> Double {
        let outdoor = climate.temperature(at: moment)
        let inside = returnAirTemperature(signal, moment)
        let share = outdoorAirDamper(signal, moment) / 100 * fanShare(moment)
        return Curve.mix(inside, outdoor, share) + 0.1 * quick(signal, moment)
    }

    func airHumidity(_ signal: Signal, _ moment: Moment) -> Double {
        let outdoor = climate.humidity(at: moment)
        return 41 - 6 * moment.season + 0.12 * (outdoor - 75) + 3 * Occupancy.mean(at: moment)
            + 2 * slow(signal, moment)
    }

    func frostAlarm(_ signal: Signal, _ moment: Moment) -> Double {
        guard moment.isScheduled(6, 19), climate.temperature(at: moment) < -2 else { return 0 }
        return signal.own.unit(moment.milliseconds.floorDivided(by: Moment.hour)) < 0.3 ? 1 : 0
    }

    /// 1 while air is moved, with the twenty minutes that a duct takes to warm up or cool down.
    private func fanShare(_ moment: Moment) -> Double {
        guard moment.isWorkday else { return 0 }
        return Curve.ramp(moment.hour, 6, 6.33) - Curve.ramp(moment.hour, 19, 20)
    }
}
