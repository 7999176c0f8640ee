//! The parser that pest makes of `espice.pest`, and the names of its rules for people.

use pest_derive::Parser;

/// Reads single statements; `outline.rs` finds them.
#[derive(Parser)]
#[grammar = "espice.pest"]
pub(crate) struct StatementParser;

impl Rule {
    /// How a message names what this rule reads; `None` for what is never named. The match is
    /// exhaustive, so that a new rule of the grammar is named before it compiles.
    pub(crate) fn to_symbol(self) -> Option<&'static str> {
        Some(match self {
            Rule::EOI => "the end of the statement",
            Rule::word | Rule::member | Rule::member_callee => "a word",
            Rule::name
            | Rule::names
            | Rule::path
            | Rule::trial
            | Rule::card_entry
            | Rule::card_setting
            | Rule::condition
            | Rule::names_or
            | Rule::argument
            | Rule::outputs => "a name",
            Rule::callee
            | Rule::call
            | Rule::drive
            | Rule::drives
            | Rule::signature
            | Rule::plain_signature
            | Rule::target
            | Rule::curve_signature
            | Rule::fact_curve => "a name with its bracket, such as `IF(VF)`",
            Rule::comma => "`,`",
            Rule::semicolon | Rule::family => "`;`",
            Rule::colon | Rule::each_colon | Rule::param_type => "`:`",
            Rule::equals
            | Rule::param_default
            | Rule::fact_typ
            | Rule::card_value
            | Rule::part_value => "`=`",
            Rule::arrow => "`->`",
            Rule::dot => "`.`",
            Rule::path_mark => "`::`",
            Rule::open
            | Rule::args
            | Rule::bindings
            | Rule::conditions
            | Rule::typeds
            | Rule::key_columns => "`(`",
            Rule::close => "`)`",
            Rule::open_list | Rule::list => "`[`",
            Rule::close_list => "`]`",
            Rule::number | Rule::number_literal => "a number",
            Rule::unit | Rule::type_unit => "a unit",
            Rule::text | Rule::card_device | Rule::given_file => "quoted text",
            Rule::date => "a date",
            Rule::type_text | Rule::type_truth | Rule::type_name => "a unit or type",
            Rule::kw_above => "`above`",
            Rule::kw_after | Rule::after => "`after`",
            Rule::kw_and => "`and`",
            Rule::kw_as | Rule::card_as | Rule::part_polarity => "`as`",
            Rule::kw_at | Rule::at_bindings | Rule::at_path | Rule::table_at => "`at`",
            Rule::kw_because | Rule::because => "`because`",
            Rule::kw_below => "`below`",
            Rule::kw_by => "`by`",
            Rule::kw_card | Rule::param_card => "`card`",
            Rule::kw_chosen | Rule::expect_chosen => "`chosen`",
            Rule::kw_tried | Rule::expect_tried => "`tried`",
            Rule::kw_rejected | Rule::expect_rejected => "`rejected`",
            Rule::kw_down | Rule::edge_down => "`down to`",
            Rule::kw_else => "`else`",
            Rule::kw_for | Rule::waive_scope => "`for`",
            Rule::kw_from => "`from`",
            Rule::kw_improves => "`improves`",
            Rule::kw_in | Rule::measure | Rule::param_range => "`in`",
            Rule::kw_keep => "`keep`",
            Rule::kw_key => "`key`",
            Rule::kw_kind | Rule::expect_kind => "`kind`",
            Rule::kw_max | Rule::fact_max => "`max`",
            Rule::kw_message | Rule::detail_message => "`message`",
            Rule::kw_min | Rule::fact_min => "`min`",
            Rule::kw_model | Rule::given_model => "`model`",
            Rule::kw_nothing | Rule::kw_more | Rule::expect_nothing => "`nothing more`",
            Rule::kw_of => "`of`",
            Rule::kw_on | Rule::card_on => "`on`",
            Rule::kw_or => "`or`",
            Rule::kw_otherwise => "`otherwise`",
            Rule::kw_over | Rule::table_over => "`over`",
            Rule::kw_owner | Rule::waive_owner => "`owner`",
            Rule::kw_part => "`part`",
            Rule::kw_row | Rule::detail_row => "`row`",
            Rule::kw_scale | Rule::param_scale => "`scale`",
            Rule::kw_sheet | Rule::limits_sheet => "`sheet`",
            Rule::kw_then => "`then`",
            Rule::kw_ticket | Rule::waive_ticket => "`ticket`",
            Rule::kw_through => "`through`",
            Rule::rises => "`rises`",
            Rule::falls => "`falls`",
            Rule::kw_to => "`to`",
            Rule::kw_typ | Rule::fact_mid => "`typ`",
            Rule::kw_until | Rule::waive_until => "`until`",
            Rule::kw_up | Rule::edge_up | Rule::edge => "`up to`",
            Rule::kw_value | Rule::expect_value => "`value`",
            Rule::kw_when | Rule::when => "`when`",
            Rule::kw_where | Rule::window => "`where`",
            Rule::kw_with | Rule::card_with | Rule::expect_with | Rule::expect_reason => "`with`",
            Rule::flag_fixed => "`fixed`",
            Rule::flag_instance => "`instance`",
            Rule::flag_signed => "`signed`",
            Rule::flag_swept => "`swept`",
            Rule::word_fn => "`fn`",
            Rule::expr
            | Rule::source
            | Rule::arith
            | Rule::fact
            | Rule::operand
            | Rule::fact_operand
            | Rule::expression
            | Rule::primary
            | Rule::prefix
            | Rule::kw_not
            | Rule::op_minus
            | Rule::kw_if
            | Rule::kw_every
            | Rule::kw_some
            | Rule::kw_yes
            | Rule::kw_no
            | Rule::kw_missing
            | Rule::kw_grid
            | Rule::group
            | Rule::if_expr
            | Rule::quantified
            | Rule::comprehension
            | Rule::starts_comprehension
            | Rule::applied
            | Rule::touching
            | Rule::aggregate
            | Rule::grid => "an expression",
            Rule::span_of_values => "a range such as `1 V .. 2 V`",
            Rule::each => "`NAME in LIST`",
            Rule::infix
            | Rule::source_infix
            | Rule::arith_infix
            | Rule::word_op
            | Rule::sign_op
            | Rule::source_op
            | Rule::arith_op
            | Rule::is_test
            | Rule::kw_is
            | Rule::not_in
            | Rule::op_plus
            | Rule::op_times
            | Rule::op_divide
            | Rule::op_power
            | Rule::op_le
            | Rule::op_lt
            | Rule::op_ge
            | Rule::op_gt
            | Rule::op_eq
            | Rule::op_ne
            | Rule::index
            | Rule::method
            | Rule::field
            | Rule::postfix
            | Rule::plain_postfix => "an operator",
            Rule::op_range => "`..`",
            Rule::binding => "`NAME = VALUE`",
            Rule::typed => "`NAME : UNIT`",
            Rule::fact_row | Rule::fact_statement => "a fact such as `VF = 0.7 V`",
            Rule::detail | Rule::detail_value => "`limit == VALUE`",
            Rule::expect_outcome | Rule::expect_statement => "what is expected",
            Rule::head => "the first word of a statement",
            Rule::WHITESPACE
            | Rule::word_start
            | Rule::word_char
            | Rule::qualifier
            | Rule::reserved
            | Rule::no_unit
            | Rule::digits
            | Rule::unit_mark
            | Rule::unit_atom
            | Rule::unit_power
            | Rule::unit_text
            | Rule::blank
            | Rule::stop
            | Rule::bad_and
            | Rule::bad_or
            | Rule::bad_not
            | Rule::bad_equal
            | Rule::bad_unequal
            | Rule::bad_power
            | Rule::let_statement
            | Rule::value_statement
            | Rule::model_statement
            | Rule::names_statement
            | Rule::name_statement
            | Rule::text_statement
            | Rule::expr_statement
            | Rule::flag_statement
            | Rule::symbol_item
            | Rule::kind_item
            | Rule::reading_item
            | Rule::function_item
            | Rule::template_item
            | Rule::limits_item
            | Rule::script_item
            | Rule::rule_item
            | Rule::override_item
            | Rule::select_item
            | Rule::test_item
            | Rule::waive_item
            | Rule::until_statement
            | Rule::within_statement
            | Rule::circuit_item
            | Rule::start_statement
            | Rule::event_statement
            | Rule::stop_statement
            | Rule::output_statement
            | Rule::synonyms_statement
            | Rule::called_statement
            | Rule::plausible_statement
            | Rule::quantity_statement
            | Rule::recognise_statement
            | Rule::each_statement
            | Rule::curve_statement
            | Rule::held_statement
            | Rule::keep_statement
            | Rule::noise_statement
            | Rule::mark_statement
            | Rule::nodes_statement
            | Rule::param_statement
            | Rule::table_statement
            | Rule::solve_statement
            | Rule::input_statement
            | Rule::result_statement
            | Rule::branch_statement
            | Rule::part_statement
            | Rule::part_entry
            | Rule::card_statement
            | Rule::card_list
            | Rule::seed_statement
            | Rule::bound_statement
            | Rule::fit_statement
            | Rule::try_statement
            | Rule::limit_statement
            | Rule::needs_statement
            | Rule::off_statement
            | Rule::template_condition
            | Rule::prefer_statement
            | Rule::rank_statement
            | Rule::given_statement
            | Rule::todo_statement
            | Rule::column_statement
            | Rule::allow_statement => return None,
        })
    }

    /// Whether the rule only marks a place and says nothing to the tree.
    pub(crate) fn is_mark(self) -> bool {
        matches!(
            self,
            Rule::EOI
                | Rule::head
                | Rule::word_fn
                | Rule::comma
                | Rule::semicolon
                | Rule::colon
                | Rule::each_colon
                | Rule::equals
                | Rule::arrow
                | Rule::dot
                | Rule::path_mark
                | Rule::open
                | Rule::close
                | Rule::open_list
                | Rule::close_list
                | Rule::op_range
                | Rule::kw_above
                | Rule::kw_after
                | Rule::kw_as
                | Rule::kw_at
                | Rule::kw_because
                | Rule::kw_below
                | Rule::kw_by
                | Rule::kw_card
                | Rule::kw_chosen
                | Rule::kw_tried
                | Rule::kw_rejected
                | Rule::kw_down
                | Rule::edge_up
                | Rule::edge_down
                | Rule::kw_else
                | Rule::kw_for
                | Rule::kw_from
                | Rule::kw_grid
                | Rule::kw_if
                | Rule::kw_improves
                | Rule::kw_in
                | Rule::kw_keep
                | Rule::kw_key
                | Rule::kw_kind
                | Rule::kw_max
                | Rule::kw_message
                | Rule::kw_min
                | Rule::kw_model
                | Rule::kw_more
                | Rule::kw_nothing
                | Rule::kw_of
                | Rule::kw_on
                | Rule::kw_otherwise
                | Rule::kw_over
                | Rule::kw_owner
                | Rule::kw_part
                | Rule::kw_row
                | Rule::kw_scale
                | Rule::kw_sheet
                | Rule::kw_then
                | Rule::kw_ticket
                | Rule::kw_through
                | Rule::kw_to
                | Rule::kw_typ
                | Rule::kw_until
                | Rule::kw_up
                | Rule::kw_value
                | Rule::kw_when
                | Rule::kw_where
                | Rule::kw_with
        )
    }
}
