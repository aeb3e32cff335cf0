{#
  At the end of a run that tested the marts, writes what each test said to `marts.rpt_tests` and the counts to the
  passport: a reader of the published file sees what was checked. Runs as `on-run-end`; a run without tests, or
  without a passport, leaves both as they are.
#}
{% macro record_test_results(results) %}
{%- set tests = [] -%}
{%- for result in results if result.node.resource_type in ('test', 'unit_test') -%}
    {%- do tests.append(result) -%}
{%- endfor -%}
{%- set passport = adapter.get_relation(database=target.database, schema='marts', identifier='rpt_passport') -%}
{%- if tests and passport -%}
{%- set test_results = api.Relation.create(database=target.database, schema='marts', identifier='rpt_tests') -%}
create table if not exists {{ test_results }} (
    test_name varchar not null,
    model_name varchar,
    test_kind varchar not null,
    status varchar not null,
    failures integer,
    message varchar
);
delete from {{ test_results }} where test_name in (
    {%- for result in tests -%}
        '{{ result.node.name }}'{{ ', ' if not loop.last }}
    {%- endfor -%}
);
insert into {{ test_results }} values
{%- for result in tests %}
    (
        '{{ result.node.name }}',
        {{ tested_model_name(result.node) }},
        '{{ 'unit test' if result.node.resource_type == 'unit_test' else 'data test' }}',
        '{{ result.status }}',
        {{ result.failures if result.failures is not none else 'null' }},
        {{ "'" ~ (result.message | replace("'", "''")) ~ "'" if result.message else 'null' }}
    ){{ ',' if not loop.last }}
{%- endfor -%};
update {{ passport }} set
    tests_passed_count = (select count(*) from {{ test_results }} where status = 'pass'),
    tests_failed_count = (select count(*) from {{ test_results }} where status in ('fail', 'error'));
{%- endif -%}
{% endmacro %}

{#
  The name of the model a test speaks of, quoted for SQL; null where it speaks of several.
#}
{% macro tested_model_name(node) %}
    {%- if node.resource_type == 'unit_test' -%}
        '{{ node.model }}'
    {%- elif node.attached_node -%}
        '{{ node.attached_node.split('.')[-1] }}'
    {%- else -%}
        null
    {%- endif -%}
{% endmacro %}
