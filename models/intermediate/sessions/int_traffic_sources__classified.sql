{#- The channel of every distinct way in which sessions came: the default channel
    grouping of Google Analytics 4 in short. The campaign's own words count before the
    referrer; of the rules below the first that fits wins. -#}
{{ config(materialized='table') }}
{%- set paid = "'^(.*cp.*|ppc|retargeting|paid.*)$'" %}
with

observed as (

    select distinct
        referrer_host,
        utm_source,
        utm_medium,
        utm_campaign is not null as has_campaign,
        lower(coalesce(utm_source, referrer_host)) as source_name,
        lower(utm_medium) as medium,
        coalesce(utm_source, utm_medium, utm_campaign) is not null as is_tagged
    from {{ ref('int_session_days__measured') }}

),

named as (

    select
        observed.*,
        coalesce(
            recognised.traffic_source, observed.source_name,
            case when observed.is_tagged then '(not set)' else '(direct)' end
        ) as traffic_source,
        coalesce(
            observed.medium,
            case
                when observed.is_tagged then '(not set)'
                when observed.referrer_host is null then '(none)'
                else coalesce(recognised.traffic_medium, 'referral')
            end
        ) as traffic_medium,
        coalesce(recognised.traffic_medium, '') as kind,
        coalesce(
            {{ matches_pattern('observed.medium', paid) }}, false
        ) as is_paid
    from observed
    left join {{ ref('int_traffic_sources__recognised') }} as recognised
        on observed.source_name = recognised.source_name

),

classified as (

    select
        referrer_host,
        utm_source,
        utm_medium,
        has_campaign,
        traffic_source,
        traffic_medium,
        case
            when traffic_source = '(direct)' then 'Direct'
            when traffic_medium in ('email', 'e-mail', 'e_mail', 'e mail')
                or traffic_source in ('email', 'e-mail', 'e_mail', 'e mail')
                then 'Email'
            when traffic_medium in ('affiliate', 'affiliates') then 'Affiliates'
            when traffic_medium in
                ('display', 'banner', 'expandable', 'interstitial', 'cpm')
                then 'Display'
            when is_paid and (
                    kind = 'social'
                    or traffic_medium like '%social%'
                    or traffic_source = 'social'
                )
                then 'Paid Social'
            when is_paid and (
                    kind = 'organic'
                    or traffic_medium in ('cpc', 'ppc')
                    or traffic_medium like '%search%'
                )
                then 'Paid Search'
            when is_paid then 'Other'
            when kind = 'social' or traffic_medium in (
                    'social', 'social-network', 'social-media', 'social network',
                    'social media', 'sm'
                )
                then 'Organic Social'
            when kind = 'organic' or traffic_medium = 'organic' then 'Organic Search'
            when traffic_medium in ('referral', 'app', 'link') then 'Referral'
            else 'Other'
        end as traffic_channel
    from named

)

select * from classified
