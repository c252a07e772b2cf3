extension PointProfile {
    /// Refuses a profile that no point can have.
    func check() throws(HistoryError) {
        for (name, number) in [("low", low), ("high", high), ("modulus", modulus)] {
            if let number, !number.isFinite { throw fault("\(name) \(number)", "a finite number") }
        }
        if let low, let high, low > high {
            throw fault("low \(low) above high \(high)", "low at most high")
        }
        if let modulus, modulus <= 0 { throw fault("modulus \(modulus)", "more than 0") }
        if let decimals, !(0...17).contains(decimals) {
            throw fault("\(decimals) decimals", "0 to 17")
        }
        if let timeZone {
            do throws(HistoryError) { _ = try TimeZoneRules.named(timeZone) } catch {
                throw HistoryError(error.code, error.message, parameter: "profile")
            }
        }
        guard let binding else { return }
        if binding.object.isEmpty {
            throw fault("a binding without an object", "one like analog-input,1")
        }
        if let interval = binding.interval, interval < .seconds(1) || interval > .seconds(86_400) {
            throw fault("an interval of \(interval)", "1 s to 24 h")
        }
    }

    private func fault(_ found: String, _ expected: String) -> HistoryError {
        HistoryError(
            .invalidParameter, "\(found) found, \(expected) expected", parameter: "profile")
    }
}
