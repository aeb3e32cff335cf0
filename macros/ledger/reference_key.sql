{#
  A reference as it is compared: capitals, without blanks and signs. 'fa 2026-001' and 'FA-2026/001' are both FA2026001.
#}
{% macro reference_key(expression) %}translate(upper({{ expression }}), ' -/.,:;_+#&()''', ''){% endmacro %}
