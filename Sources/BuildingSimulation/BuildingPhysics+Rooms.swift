internal import TimeSeriesModel

/// Rooms: they follow their set point, their people, the weather and the sun.
extension BuildingPhysics {
    func roomTemperature(_ signal: Signal, _ moment: Moment) -> Double {
        let room = signal.group
        let outdoor = climate.temperature(at: moment)
        let cold = Curve.clamped((16 - outdoor) / 20, 0, 1.3)
        let heated = comfort(of: room) - 2.6 * cold * (1 - warmth(moment))
        let summer = max(0, outdoor - 14) * (0.06 + 0.1 * room.unit(2))
        let people = 0.9 * level(signal, moment, lag: 20 * Moment.minute)
        let sun = climate.radiation(at: moment) / 950 * 1.3 * room.unit(3)
        return heated + summer + people + sun + 0.35 * slow(signal, moment)
            + 0.12 * quick(signal, moment)
    }

    func roomHumidity(_ signal: Signal, _ moment: Moment) -> Double {
        let weather =
            5 * climate.noise.branch(4).smooth(at: moment.milliseconds, spacing: 2 * Moment.day)
        let people = 5 * level(signal, moment, lag: 20 * Moment.minute)
        return 42 - 7 * moment.season + weather + people + 1.5 * slow(signal, moment)
            + 0.4 * quick(signal, moment)
    }

    /// Breath of the people in the room, less what half an hour of ventilation has not yet removed.
    func carbonDioxide(_ signal: Signal, _ moment: Moment) -> Double {
        let people = level(signal, moment, lag: 25 * Moment.minute)
        return 425 + (420 + 500 * signal.group.unit(4)) * people + 14 * slow(signal, moment)
            + 8 * quick(signal, moment)
    }

    /// Comfort by day, set back at night; now and then somebody turns the knob for nine days.
    func roomSetpoint(_ signal: Signal, _ moment: Moment) -> Double {
        let block = moment.day.floorDivided(by: 9)
        let turned =
            signal.group.unit(block &+ 100) < 0.2 ? signal.group.signed(block &+ 7_000_000) : 0
        let comfort = comfort(of: signal.group) + Curve.rounded(turned * 2) / 2
        return moment.isScheduled(6, 18) ? comfort : comfort - 3
    }

    func roomValve(_ signal: Signal, _ moment: Moment) -> Double {
        let cold = climate.cold(at: moment)
        guard cold > 0.02 else { return 0 }
        let morning = moment.isScheduled(5, 8) ? 45.0 : 0
        let people = 25 * level(signal, moment, lag: 0)
        let demand = 90 * cold + morning - people + 12 * quick(signal, moment)
        if moment.isScheduled(5, 18) { return snapped(demand) }
        return cold > 0.75 ? snapped(demand / 2) : 0
    }

    func roomDamper(_ signal: Signal, _ moment: Moment) -> Double {
        guard moment.isScheduled(6, 19) else { return 0 }
        return snapped(20 + 70 * level(signal, moment, lag: 10 * Moment.minute))
    }

    func presence(_ signal: Signal, _ moment: Moment) -> Double {
        level(signal, moment, lag: 0) > 0.22 ? 1 : 0
    }

    /// How full the room was `lag` milliseconds ago.
    private func level(_ signal: Signal, _ moment: Moment, lag: Int64) -> Double {
        Occupancy.level(of: signal.group, at: lag == 0 ? moment : moment.earlier(by: lag))
    }

    /// 21…22.5 °C in half degrees.
    private func comfort(of room: HashNoise) -> Double {
        21 + Double(room.integer(1, in: 0...3)) / 2
    }

    /// How far the building is heated through: 1 in working hours, 0 late at night.
    func warmth(_ moment: Moment) -> Double {
        guard moment.isWorkday else { return 0 }
        return Curve.ramp(moment.hour, 5.5, 8.5) - Curve.ramp(moment.hour, 18, 24)
    }
}
