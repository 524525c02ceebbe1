/** @file cajal/plot: figures and reports as data, drawn to HTML. */

export { checkFigure } from "./check/check-figure.ts";
export { colourPng, pngUri } from "./drawing/png.ts";
export type {
  Cell,
  ColourScale,
  Figure,
  GraphFigure,
  GridImage,
  HeatMap,
  ImageGrid,
  Mark,
  MarkName,
  Panels,
  PlotFigure,
  Raster,
  Row,
  Scale,
  TextFigure,
  Thumbnail,
} from "./figure.ts";
export type {
  NeuronReport,
  ReportDescription,
  ReportExemplar,
  ReportLayer,
  ReportMap,
  ReportNeuron,
  ReportPicture,
} from "./neuron-report.ts";
export { type NeuronReportLayerOptions, neuronReportLayer } from "./neuron-report-layer.ts";
export { type RenderOptions, renderFigure } from "./render-figure.ts";
export { renderNeuronReport } from "./report/render.ts";
export { renderRunReport } from "./run-report/render.ts";
export type { ReportBar, ReportCurve, ReportFigure, ReportMetric, ReportTable, RunReport } from "./run-report.ts";
