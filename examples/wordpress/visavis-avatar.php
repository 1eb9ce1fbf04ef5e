<?php
/**
 * Plugin Name: Visavis avatar
 * Description: [visavis_avatar avatar="navtalk.Iris"] puts a talking avatar on a page. The licence key stays on this server.
 * Version: 1.0.0
 * License: Apache-2.0
 */

if (!defined('ABSPATH')) {
    exit;
}

/** What the shortcode makes; the values are escaped where they go in. */
const VISAVIS_AVATAR_HTML = <<<'HTML'
<script type="module" src="%1$s/embed/visavis.js"></script>
<visavis-avatar avatar="%2$s" label="%3$s" token-url="%4$s"></visavis-avatar>
HTML;

add_shortcode('visavis_avatar', function ($attributes) {
    $given = shortcode_atts(['avatar' => 'navtalk.Iris', 'label' => 'Iris'], $attributes);
    return sprintf(
        VISAVIS_AVATAR_HTML,
        esc_url(untrailingslashit(VISAVIS_SERVER)),
        esc_attr($given['avatar']),
        esc_attr($given['label']),
        esc_url(rest_url('visavis/v1/token'))
    );
});

add_action('rest_api_init', function () {
    register_rest_route('visavis/v1', '/token', [
        'methods' => 'POST',
        // Everybody who reads the page may talk; put is_user_logged_in here to ask for an account.
        'permission_callback' => '__return_true',
        'callback' => 'visavis_mint_token',
    ]);
});

/** A token of ten minutes, for pages of this site alone. */
function visavis_mint_token()
{
    $answer = wp_remote_post(untrailingslashit(VISAVIS_SERVER) . '/api/v1/browser-tokens', [
        'headers' => ['Authorization' => 'Bearer ' . VISAVIS_KEY, 'Content-Type' => 'application/json'],
        'body' => wp_json_encode(['origin' => visavis_origin(), 'lifetimeSeconds' => 600]),
    ]);
    if (is_wp_error($answer)) {
        return new WP_Error('visavis_unreachable', 'The avatar server does not answer.', ['status' => 502]);
    }
    $status = wp_remote_retrieve_response_code($answer);
    return new WP_REST_Response(json_decode(wp_remote_retrieve_body($answer), true), $status);
}

/** Scheme, host and port of this site, as browsers send them. */
function visavis_origin()
{
    $parts = wp_parse_url(home_url());
    $port = isset($parts['port']) ? ':' . $parts['port'] : '';
    return $parts['scheme'] . '://' . $parts['host'] . $port;
}
