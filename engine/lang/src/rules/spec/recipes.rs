use super::*;
use crate::ir::Library;

#[test]
fn recipes_give_seeds_and_windows() {
    let book = book("");
    let recipe = &*book.recipe(&Library::default(), "plain").unwrap();
    let stage = &recipe.stages[0];
    assert!(recipe.polish);
    let mut facts = sheet();
    let x: Vec<f64> = (1..80).map(|i| 0.01 * f64::from(i)).collect();
    facts.curves = vec![curve(300.15, &x, ideal)];
    let input = Input::new(&facts, today());
    let seed = |index: usize, choice: usize, input: &Input<'_>, parameters: &[f64]| {
        let value = &stage.seeds[index].values[choice];
        book.eval_seed(recipe, value, input, parameters).0
    };
    let n = seed(0, 0, &input, &[f64::NAN, f64::NAN]).unwrap();
    assert!((n - 1.2).abs() < 1e-3, "{n}");
    let is = seed(1, 0, &input, &[f64::NAN, n]).unwrap();
    assert!((is / 1e-12).ln().abs() < 0.01, "{is}");
    // Without the curve the first preference is missing, and the reason is given.
    let bare = sheet();
    let without = Input::new(&bare, today());
    assert_eq!(
        seed(0, 0, &without, &[f64::NAN; 2]),
        Err(String::from("the data hold no curve `IF(VF)`"))
    );
    assert_eq!(seed(0, 1, &without, &[f64::NAN; 2]), Ok(1.5));
    assert!(seed(1, 1, &without, &[f64::NAN, 1.5]).is_ok());
    assert!(seed(1, 1, &without, &[f64::NAN, f64::NAN]).is_err());
    assert!(book.uses_parameter(recipe, &stage.seeds[1].values[1], 1));
    assert!(!book.uses_parameter(recipe, &stage.seeds[1].values[0], 1));
    let [log, relative] = stage.fits[0].targets.as_slice() else { panic!() };
    assert_eq!((log.measure, relative.measure), (Measure::Log, Measure::Relative));
    let points = [[0.4, 1e-7], [0.5, 1e-5], [0.6, 5e-4], [0.7, 5e-3], [0.8, f64::NAN]];
    let at = |kelvin: Option<f64>| {
        let c = kelvin.map_or(Conditions::none(), |k| Conditions::none().with("TJ", k));
        book.window(recipe, log, &input, &[1e-12, 1.2], &c, &points).0
    };
    assert_eq!(at(Some(300.0)), [false, true, true, false, false]);
    assert_eq!(at(Some(350.0)), [false; 5]);
    // A window that cannot be decided takes nothing.
    assert_eq!(at(None), [false; 5]);
    assert_eq!(stage.tries[0].improves, 0.05);
    let bound = &stage.bounds[0];
    assert_eq!(
        (bound.parameter, bound.ranges.len(), &*bound.because),
        (1, 2, "diffusion and recombination")
    );
    let ends = |choice: usize, input: &Input<'_>| {
        bound.ranges[choice]
            .each_ref()
            .map(|end| book.eval_seed(recipe, end, input, &[f64::NAN; 2]).0)
    };
    assert!(ends(0, &without)[0].is_err() && ends(0, &input)[0].is_ok());
    assert_eq!(ends(1, &without), [Ok(0.5), Ok(3.0)]);
    assert_eq!(stage.fits[0].parameters, [0, 1]);
}
