//! Lines over axes, as SVG: enough for the plots of the report, on a light ground wherever they are shown.

use std::fmt::Write;

const WIDTH: f64 = 820.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 84.0;
const RIGHT: f64 = 200.0;
const TOP: f64 = 48.0;
const BOTTOM: f64 = 60.0;

/// Okabe and Ito's, which people with any colour vision can tell apart.
const COLORS: [&str; 4] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"];

/// More would run into each other.
const MOST_TICKS_ACROSS: usize = 8;
const MOST_TICKS_UP: usize = 14;

pub(super) struct Plot {
    /// Of its file.
    pub(super) name: String,
    pub(super) title: String,
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) series: Vec<Series>,
}

pub(super) struct Axis {
    label: &'static str,
    is_logarithmic: bool,
}

impl Axis {
    /// From zero on.
    pub(super) fn linear(label: &'static str) -> Self {
        Self {
            label,
            is_logarithmic: false,
        }
    }

    pub(super) fn logarithmic(label: &'static str) -> Self {
        Self {
            label,
            is_logarithmic: true,
        }
    }
}

/// One line.
pub(super) struct Series {
    name: String,
    points: Vec<(f64, f64)>,
    is_dashed: bool,
}

impl Series {
    pub(super) fn new(name: String, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        Self {
            name,
            points: points.into_iter().collect(),
            is_dashed: false,
        }
    }

    /// In the colour of the one before it.
    pub(super) fn dashed(self) -> Self {
        Self {
            is_dashed: true,
            ..self
        }
    }
}

impl Plot {
    pub(super) fn svg(&self) -> String {
        let points = || self.series.iter().flat_map(|series| &series.points);
        let x = Scale::of(&self.x, points().map(|point| point.0));
        let y = Scale::of(&self.y, points().map(|point| point.1));
        let place = |(at_x, at_y): (f64, f64)| {
            let width = WIDTH - LEFT - RIGHT;
            let height = HEIGHT - TOP - BOTTOM;
            (
                LEFT + x.share(at_x) * width,
                HEIGHT - BOTTOM - y.share(at_y) * height,
            )
        };
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" \
             height=\"{HEIGHT}\" font-family=\"system-ui, sans-serif\" font-size=\"13\" fill=\"#222\">\n\
             <title>{title}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
             <text x=\"{LEFT}\" y=\"26\" font-size=\"16\" font-weight=\"600\">{title}</text>\n",
            title = escape(&self.title)
        );
        self.draw_axes(&mut svg, &x, &y, place);
        let mut color = 0;
        for (number, series) in self.series.iter().enumerate() {
            if number > 0 && !series.is_dashed {
                color += 1;
            }
            draw_series(
                &mut svg,
                series,
                COLORS[color % COLORS.len()],
                number,
                place,
            );
        }
        svg + "</svg>\n"
    }

    fn draw_axes(
        &self,
        svg: &mut String,
        x: &Scale,
        y: &Scale,
        place: impl Fn((f64, f64)) -> (f64, f64),
    ) {
        let (bottom, right) = (HEIGHT - BOTTOM, WIDTH - RIGHT);
        for tick in y.ticks(MOST_TICKS_UP) {
            let (_, at) = place((x.least, tick));
            let _ = writeln!(
                svg,
                "<path d=\"M{LEFT} {at:.1}H{right}\" stroke=\"#ddd\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                LEFT - 8.0,
                at + 4.5,
                number(tick)
            );
        }
        for tick in x.ticks(MOST_TICKS_ACROSS) {
            let (at, _) = place((tick, y.least));
            let _ = writeln!(
                svg,
                "<path d=\"M{at:.1} {bottom}v5\" stroke=\"#222\"/>\
                 <text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                bottom + 20.0,
                number(tick)
            );
        }
        let _ = writeln!(
            svg,
            "<path d=\"M{LEFT} {TOP}V{bottom}H{right}\" fill=\"none\" stroke=\"#222\"/>\n\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\n\
             <text transform=\"translate(20 {:.1}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
            f64::midpoint(LEFT, right),
            HEIGHT - 16.0,
            escape(self.x.label),
            f64::midpoint(TOP, bottom),
            escape(self.y.label)
        );
    }
}

fn draw_series(
    svg: &mut String,
    series: &Series,
    color: &str,
    number: usize,
    place: impl Fn((f64, f64)) -> (f64, f64),
) {
    let dashes = if series.is_dashed {
        " stroke-dasharray=\"6 4\""
    } else {
        ""
    };
    let mut path = String::new();
    let mut dots = String::new();
    for (at_x, at_y) in series.points.iter().copied().map(place) {
        let letter = if path.is_empty() { 'M' } else { 'L' };
        let _ = write!(path, "{letter}{at_x:.1} {at_y:.1}");
        let _ = write!(dots, "<circle cx=\"{at_x:.1}\" cy=\"{at_y:.1}\" r=\"3\"/>");
    }
    let line = f64::from(u32::try_from(number).unwrap_or_default());
    let (left, top) = (WIDTH - RIGHT + 20.0, TOP + 12.0 + line * 24.0);
    let _ = writeln!(
        svg,
        "<g stroke=\"{color}\" stroke-width=\"2\" fill=\"none\"><path d=\"{path}\"{dashes}/>\
         <path d=\"M{left} {top}h28\"{dashes}/></g>\n\
         <g fill=\"{color}\">{dots}</g>\n<text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
        left + 36.0,
        top + 4.5,
        escape(&series.name)
    );
}

/// What an axis reaches from and to.
struct Scale {
    least: f64,
    most: f64,
    is_logarithmic: bool,
}

impl Scale {
    fn of(axis: &Axis, values: impl Iterator<Item = f64>) -> Self {
        let is_logarithmic = axis.is_logarithmic;
        let (mut least, mut most) = (f64::MAX, 0_f64);
        for value in values.filter(|value| *value > 0.0) {
            least = least.min(value);
            most = most.max(value);
        }
        if most == 0.0 {
            (least, most) = (1.0, 10.0);
        }
        if is_logarithmic {
            // To the next of 1, 2, 5, 10, … outside.
            let marks = || {
                (-6..9).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10_f64.powi(power)))
            };
            let below = marks().rfind(|mark| *mark <= least * 1.0001);
            let above = marks().find(|mark| *mark >= most * 0.9999 && *mark > least);
            return Self {
                least: below.unwrap_or(least),
                most: above.unwrap_or(most),
                is_logarithmic,
            };
        }
        let step = step(most);
        Self {
            least: 0.0,
            most: (most / step).ceil() * step,
            is_logarithmic,
        }
    }

    fn share(&self, value: f64) -> f64 {
        let share = if self.is_logarithmic {
            (value / self.least).ln() / (self.most / self.least).ln()
        } else {
            (value - self.least) / (self.most - self.least)
        };
        share.clamp(0.0, 1.0)
    }

    fn ticks(&self, most: usize) -> Vec<f64> {
        if !self.is_logarithmic {
            let step = step(self.most);
            return (0..=20)
                .map(|number| f64::from(number) * step)
                .filter(|tick| *tick <= self.most * 1.0001)
                .collect();
        }
        let of = |digits: &'static [f64]| -> Vec<f64> {
            (-6..9)
                .flat_map(|power| digits.iter().map(move |digit| digit * 10_f64.powi(power)))
                .filter(|tick| (self.least * 0.9999..=self.most * 1.0001).contains(tick))
                .collect()
        };
        let fine = of(&[1.0, 2.0, 5.0]);
        if fine.len() <= most { fine } else { of(&[1.0]) }
    }
}

/// 1, 2 or 5 times a power of ten, so that there are four to ten steps.
fn step(most: f64) -> f64 {
    let power = 10_f64.powf((most / 5.0).log10().floor());
    let digit = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|digit| most / (digit * power) <= 6.0);
    digit.unwrap_or(10.0) * power
}

/// With commas between the thousands.
fn number(value: f64) -> String {
    if value < 1.0 {
        let text = format!("{value:.3}");
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        let all = [0.0, 0.05, 0.5, 1.0, 50.0, 1_000.0, 1_000_000.0];
        assert_eq!(
            all.map(number),
            ["0", "0.05", "0.5", "1", "50", "1,000", "1,000,000"]
        );
    }

    #[test]
    fn an_axis_begins_and_ends_at_ticks() {
        let linear = Scale::of(&Axis::linear(""), [130.0, 41_700.0].into_iter());
        assert_eq!(
            linear.ticks(8),
            [0.0, 10_000.0, 20_000.0, 30_000.0, 40_000.0, 50_000.0]
        );
        let logarithmic = Scale::of(&Axis::logarithmic(""), [0.3, 18.0].into_iter());
        let ticks: Vec<String> = logarithmic.ticks(8).into_iter().map(number).collect();
        assert_eq!(ticks, ["0.2", "0.5", "1", "2", "5", "10", "20"]);
    }

    #[test]
    fn a_plot_has_a_path_for_each_line() {
        let plot = Plot {
            name: "a".to_owned(),
            title: "a < b".to_owned(),
            x: Axis::linear("x"),
            y: Axis::logarithmic("y"),
            series: vec![
                Series::new("one".to_owned(), [(1.0, 1.0), (2.0, 10.0)]),
                Series::new("two".to_owned(), [(1.0, 2.0), (2.0, 5.0)]).dashed(),
            ],
        };
        let svg = plot.svg();
        assert_eq!(svg.matches("L620.0").count(), 2, "{svg}");
        assert!(svg.contains("a &lt; b"), "{svg}");
        assert_eq!(svg.matches("<circle").count(), 4, "{svg}");
    }
}
