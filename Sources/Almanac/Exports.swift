// One `import Almanac` is enough for a service: the words and the building's nouns come with it.
@_exported public import BuildingModel
@_exported public import TimeSeriesModel
