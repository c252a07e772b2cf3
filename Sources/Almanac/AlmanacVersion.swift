/// The version of the library and of the programs made with it, as `docs/CHANGELOG.md` names it.
public enum AlmanacVersion {
    public static let number = "0.1.0-unreleased"
}
